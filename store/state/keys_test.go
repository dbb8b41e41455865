package state

import (
	"strings"
	"testing"
)

func TestKeys_OneTagAConversation(t *testing.T) {
	p := prefix("tss:")
	for _, conversation := range []string{"qun/g/10001@chatroom", "qun/g/a}b{c", "gz/u/oZhao"} {
		session := p.keySession(Who{Conversation: conversation, Sender: "a}{b"})
		noise := p.keyNoise(conversation)
		if a, b := hashTag(session), hashTag(noise); a != b || a == "" {
			t.Errorf("%s: tags %q of %s and %q of %s, want one", conversation, a, session, b, noise)
		}
	}
}

func TestKeys_NoTwoAlike(t *testing.T) {
	p := prefix("tss:")
	a := p.keySession(Who{Conversation: "q/g/a}:b", Sender: "c"})
	b := p.keySession(Who{Conversation: "q/g/a", Sender: "b}:c"})
	if a == b {
		t.Errorf("two senders share the key %s", a)
	}
}

// hashTag is what Redis Cluster chooses the node by: between the first { and the first } after it.
func hashTag(key string) string {
	_, rest, _ := strings.Cut(key, "{")
	tag, _, _ := strings.Cut(rest, "}")
	return tag
}
