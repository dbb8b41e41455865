package pipeline

import (
	"sync"

	"tongshishang/bot/topic"
)

// docs remembers texts that were made ready for comparing, because a report is compared with the same ones again and again. It holds
// nothing that the texts don't give again, and at most twice keep of them.
type docs struct {
	topics     *topic.Matcher
	keep       int
	mu         sync.Mutex
	young, old map[string]prepared
}

// prepared is a text ready for comparing.
type prepared struct {
	doc   topic.Doc
	pairs pairs
}

// keptDocs is how many texts are remembered, about 1 KiB each.
const keptDocs = 4096

func newDocs(topics *topic.Matcher, keep int) *docs {
	return &docs{topics: topics, keep: keep, young: map[string]prepared{}}
}

// of is the text ready for comparing.
func (d *docs) of(text string) prepared {
	d.mu.Lock()
	one, ok := d.young[text]
	if !ok {
		one, ok = d.old[text]
	}
	d.mu.Unlock()
	if !ok {
		one = prepared{d.topics.Prepare(text), pairsOf(text)}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.young) >= d.keep {
		d.old, d.young = d.young, make(map[string]prepared, d.keep)
	}
	d.young[text] = one
	return one
}
