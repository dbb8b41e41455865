package state

import (
	"net/url"
	"time"
)

// Every key this package writes. <p> is Options.Prefix; names in braces are hash tags, so that in a Cluster all keys of one
// conversation live on one node. Ids are URL-escaped, because a brace in a group's id would otherwise move the tag's end.
//
//	pattern                           type    holds                                      life
//	<p>s:{<conversation>}:<sender>    string  Session as JSON                            by content: lifeDialogue, lifeSession, lifeRate
//	<p>n:{<conversation>}             string  Noise as JSON                              lifeNoise
//	<p>t:<name>                       string  a channel's access token                   as the channel says
//	<p>l:<name>                       string  a lock; the holder's random token          as the caller of Lock says
//	<p>w:<name>                       string  who does a periodic work; random token     three beats, at most 15 s (periodic.go)
//	asynq:{<p>jobs}:…                 –       asynq's own keys of the jobs' queue        until done; counters 90 days
//	asynq:queues, asynq:servers, …    –       asynq's lists of queues and servers        small, for its own tools
//
// One-time binding codes are not here but in SQL (store/binding.go): the command line that issues them may share no Redis with
// the service, and taking one belongs to the transaction that binds.
//
// Nothing here is the only copy of anything that matters: flushing Redis loses no message, vote or deadline.

// The lives. They bound what is kept about people: a session is gone when nothing in it is of use any more.
const (
	lifeDialogue = 7 * 24 * time.Hour // a follow-up waits at most 7 days for its answer (config/rules: 未评价 after 7 days)
	lifeSession  = 24 * time.Hour     // the one hint a day is the longest memory of a session without a dialogue
	lifeRate     = time.Minute        // the window that rates are counted in
	lifeNoise    = time.Hour          // the window of the noise budget
)

// DefaultPrefix starts every key unless Options say otherwise.
const DefaultPrefix = "tss:"

type prefix string

func (p prefix) keySession(who Who) string {
	return string(p) + "s:" + tag(who.Conversation) + ":" + url.QueryEscape(who.Sender)
}

func (p prefix) keyNoise(conversation string) string { return string(p) + "n:" + tag(conversation) }

func (p prefix) keyToken(name string) string { return string(p) + "t:" + name }

func (p prefix) keyLock(name string) string { return string(p) + "l:" + name }

func (p prefix) keyWork(name string) string { return string(p) + "w:" + name }

// queue is the name of asynq's queue, which asynq puts into braces itself.
func (p prefix) queue() string { return string(p) + "jobs" }

func tag(conversation string) string { return "{" + url.QueryEscape(conversation) + "}" }
