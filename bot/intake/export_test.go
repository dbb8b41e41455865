package intake

import (
	"math"

	"tongshishang/bot"
)

// Keep spools a message at a place in the order.
func (s *Spool) Keep(at uint64, m *bot.Message) error {
	return s.add([]spooled{{at: at, message: m}})
}

// Texts are the texts of the messages that wait, in order.
func (s *Spool) Texts() ([]string, error) {
	messages, err := s.head(math.MaxInt, math.MaxUint64)
	var texts []string
	for _, m := range messages {
		texts = append(texts, m.message.Text)
	}
	return texts, err
}

// Bury sets messages aside by their places.
func (s *Spool) Bury(places ...uint64) error {
	var messages []spooled
	for _, at := range places {
		messages = append(messages, spooled{at: at})
	}
	return s.bury(messages)
}
