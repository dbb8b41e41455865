// Package advice asks a language model outside, if the county has configured one, about what the reading wasn't sure of, and keeps
// its answers as suggestions on the clerk's lists. Nothing is ever done because of an answer. What is sent has its private data
// masked and the speaker's name taken out; what comes back is held to a schema. The queue is in SQL: nothing waits for it, and what
// was on its way when a service stopped is asked again.
package advice
