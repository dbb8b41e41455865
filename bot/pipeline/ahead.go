package pipeline

import (
	"time"

	"tongshishang/bot/issue"
	"tongshishang/bot/understand"
)

// ahead asks once for what several messages of the batch will need each: the numbers of the matters that they look like, in the
// order that all batches keep, so that two of them never wait for each other; the summaries that wait for groups in which enough
// has been said; and the matters that they may be the same as. A guess that was wrong costs nothing but its part of the question.
func (b *batch) ahead(talks []*talk) error {
	var sequences, summaries []string
	var alike search
	for _, t := range talks {
		matter := t.reading.Intent.IsMatter() && t.reading.Intent != understand.IntentPraise
		if t.private || t.unit.ID == 0 || !matter && t.reading.Intent != understand.IntentEndorse {
			continue
		}
		if matter {
			sequences = append(sequences, issue.Sequence(t.unit.ID))
			for _, m := range t.matters() {
				alike.seek(t, m)
			}
		}
		if noise := t.state.Noise(t.who.Conversation); !noise.Allow(t.now, t.Rules.Conduct.LinesPerHour) {
			summaries = append(summaries, t.summaryKey(t.Rules.Conduct.SpeakAt(noise.Lines[0].Add(time.Hour), t.Zone)))
		}
	}
	if err := b.tx.HoldNumbers(sequences); err != nil {
		return err
	}
	if err := b.tx.HoldPosts(summaries); err != nil {
		return err
	}
	if alike.isEmpty() {
		return nil
	}
	return talks[0].look(b, alike)
}
