package store

import "fmt"

// ArchiveColumns is what an archive has of a message, as the tests of the schema list columns.
func ArchiveColumns() (out []string) {
	for _, c := range archiveColumns() {
		out = append(out, fmt.Sprintf("messages.%s null=%t", c.name, c.null))
	}
	return out
}
