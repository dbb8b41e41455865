package pipeline

import "strings"

// danger takes a message that tells of danger for nothing else, whatever question of the bot is open and however short it is.
func (t *talk) danger() (bool, error) {
	if len(t.reading.Danger) == 0 || !t.reading.Intent.IsMatter() {
		return false, nil
	}
	return t.matter()
}

// warn sets the answer to danger: the numbers to call and, where the pack has one for this kind, a humane word.
func (t *talk) warn(text, number string) {
	codes := make([]string, len(t.reading.Danger))
	for i, d := range t.reading.Danger {
		codes[i] = string(d)
	}
	pack := &t.Rules.Danger
	t.say(text, map[string]string{"phones": strings.Join(pack.Numbers(codes...), "/"), "number": number, "care": pack.Care(codes...)})
}
