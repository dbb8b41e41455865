package state

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

var (
	wang = Who{Conversation: "qun/g/10001@chatroom", Sender: "wxid_wang"}
	li   = Who{Conversation: "qun/g/10001@chatroom", Sender: "wxid_li"}
	zhao = Who{Conversation: "gz/u/oZhao", Sender: "oZhao"}
)

func load(t *testing.T, s *State, who ...Who) *Batch {
	t.Helper()
	b, err := s.Load(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func save(t *testing.T, b *Batch) {
	t.Helper()
	if err := b.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func place() *Dialogue {
	return &Dialogue{Kind: "place", IssueID: 12, At: monday, Text: "路灯不亮", Data: map[string]string{"asked": "1"}}
}

func TestBatch_SaveAndLoad(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		b := load(t, s, wang, li, zhao)
		b.Session(wang).Dialogue = place()
		b.Session(zhao).HintedAt = monday
		b.Session(zhao).Messages.Hit(monday)
		b.Noise(wang.Conversation).Spoke(monday)
		save(t, b)

		b = load(t, s, wang, li, zhao)
		if got := b.Session(wang).Dialogue; !reflect.DeepEqual(got, place()) {
			t.Errorf("dialogue: %+v, want %+v", got, place())
		}
		if got := b.Session(li); !reflect.DeepEqual(got, &Session{}) {
			t.Errorf("a session nobody wrote: %+v", got)
		}
		want := &Session{HintedAt: monday, Messages: Rate{Minute: monday.Unix() / 60, N: 1}}
		if got := b.Session(zhao); !reflect.DeepEqual(got, want) {
			t.Errorf("session: %+v, want %+v", got, want)
		}
		if b.Noise(li.Conversation).Allow(monday, 1) {
			t.Error("the line said in the group isn't counted for its other members")
		}
		if !b.Noise(zhao.Conversation).Allow(monday, 1) {
			t.Error("the line said in the group is counted for another conversation")
		}
	})
}

func TestBatch_Life(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		b := load(t, s)
		b.Session(wang).Dialogue = place()
		b.Session(li).HintedAt = monday
		b.Session(zhao).Messages.Hit(monday)
		b.Noise(wang.Conversation).Spoke(monday)
		save(t, b)
		for key, want := range map[string]time.Duration{
			s.keys.keySession(wang):            7 * 24 * time.Hour,
			s.keys.keySession(li):              24 * time.Hour,
			s.keys.keySession(zhao):            time.Minute,
			s.keys.keyNoise(wang.Conversation): time.Hour,
		} {
			got := s.client.PTTL(t.Context(), key).Val()
			if got > want || got < want-5*time.Second {
				t.Errorf("%s lives %v, want %v", key, got, want)
			}
		}
	})
}

func TestBatch_Expires(t *testing.T) {
	s, clock := openEmbedded(t)
	b := load(t, s, wang)
	b.Session(wang).HintedAt = monday
	save(t, b)
	clock.Advance(24*time.Hour - time.Second)
	if got := load(t, s, wang).Session(wang).HintedAt; !got.Equal(monday) {
		t.Errorf("a second before its end the hint is %v, want %v", got, monday)
	}
	clock.Advance(time.Second)
	if got := load(t, s, wang).Session(wang).HintedAt; !got.IsZero() {
		t.Errorf("after a day the hint is still known: %v", got)
	}
}

func TestBatch_OneRoundTripEach(t *testing.T) {
	s, _ := openEmbedded(t)
	count := &trips{}
	s.client.AddHook(count)
	var who []Who
	for i := range 64 {
		who = append(who, Who{Conversation: fmt.Sprintf("qun/g/%d", i%8), Sender: fmt.Sprintf("u%d", i)})
	}
	b := load(t, s, append(who, who...)...)
	if got := count.n.Swap(0); got != 1 {
		t.Errorf("Load of 64 senders in 8 groups took %d round trips, want 1", got)
	}
	for _, w := range who {
		b.Session(w).Messages.Hit(monday)
	}
	save(t, b)
	if got := count.n.Swap(0); got != 1 {
		t.Errorf("Save of 64 sessions took %d round trips, want 1", got)
	}
	save(t, load(t, s, who...))
	if got := count.n.Load(); got != 1 {
		t.Errorf("Load and Save without a change took %d round trips, want 1", got)
	}
}

func TestBatch_DeletesEmpty(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		b := load(t, s, wang)
		b.Session(wang).Dialogue = place()
		save(t, b)
		b = load(t, s, wang)
		b.Session(wang).Dialogue = nil
		save(t, b)
		if n := s.client.Exists(t.Context(), s.keys.keySession(wang)).Val(); n != 0 {
			t.Error("the empty session is still stored")
		}
	})
}

func TestBatch_Reset(t *testing.T) {
	s, _ := openEmbedded(t)
	b := load(t, s, wang)
	b.Session(wang).Dialogue = place()
	b.Noise(wang.Conversation).Spoke(monday)
	save(t, b)

	b = load(t, s, wang, li)
	session := b.Session(wang)
	session.Dialogue.Data["asked"] = "2"
	session.Mute("交办", monday.Add(time.Minute))
	b.Session(li).HintedAt = monday
	b.Noise(wang.Conversation).Spoke(monday)
	b.Reset()
	if want := (&Session{Dialogue: place()}); !reflect.DeepEqual(session, want) {
		t.Errorf("after Reset: %+v, want %+v", session, want)
	}
	if got := b.Session(li); !reflect.DeepEqual(got, &Session{}) {
		t.Errorf("after Reset: %+v, want an empty session", got)
	}
	if got := len(b.Noise(wang.Conversation).Lines); got != 1 {
		t.Errorf("after Reset: %d lines, want 1", got)
	}
}

func TestBatch_Mark(t *testing.T) {
	s, _ := openEmbedded(t)
	b := load(t, s, wang, li)
	b.Session(wang).Dialogue = place()
	b.Session(wang).Mute("交办", monday.Add(time.Hour))
	b.Noise(wang.Conversation).Spoke(monday)
	session := b.Session(wang)
	want := session.clone()

	undo := b.Mark(wang)
	session.Dialogue.Data["asked"] = "2"
	session.Dialogue = nil
	session.Mute("受理", monday.Add(time.Hour))
	session.Matter = &Recent{IssueID: 13, At: monday}
	b.Session(li).HintedAt = monday
	b.Noise(wang.Conversation).Spoke(monday)
	undo()
	if !reflect.DeepEqual(session, want) {
		t.Errorf("after undo: %+v, want %+v", session, want)
	}
	if got := len(b.Noise(wang.Conversation).Lines); got != 1 {
		t.Errorf("after undo: %d lines, want 1", got)
	}
	if b.Session(li).HintedAt.IsZero() {
		t.Error("undo of one sender's message took another's session back")
	}
}

func TestBatch_FlushInTheMiddle(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		keys := []string{s.keys.keySession(wang), s.keys.keyNoise(wang.Conversation)}
		b := load(t, s, wang)
		b.Session(wang).Dialogue = place()
		save(t, b)

		b = load(t, s, wang)
		forget(t, s, keys...)
		b.Session(wang).HintedAt = monday
		save(t, b)
		if got := load(t, s, wang).Session(wang); got.Dialogue == nil || !got.HintedAt.Equal(monday) {
			t.Errorf("what the batch knew isn't there after its Save: %+v", got)
		}
		forget(t, s, keys...)
		if got := load(t, s, wang).Session(wang); !reflect.DeepEqual(got, &Session{}) {
			t.Errorf("after a flush: %+v, want an empty session", got)
		}
	})
}

func TestLoad_DeadServer(t *testing.T) {
	gone, _ := openEmbedded(t)
	gone.server.redis.Close()
	silent := newState(Options{})
	if err := silent.connect(hung(t)); err != nil {
		t.Fatal(err)
	}
	defer closed(t, silent)
	for name, s := range map[string]*State{"gone": gone, "silent": silent} {
		began := time.Now()
		b, err := s.Load(t.Context(), []Who{wang})
		if err == nil {
			t.Fatalf("%s: Load succeeded", name)
		}
		b.Session(wang).Dialogue = place()
		if !b.Noise(wang.Conversation).Allow(monday, 1) {
			t.Errorf("%s: the empty batch allows no line", name)
		}
		if err := b.Save(t.Context()); err == nil {
			t.Errorf("%s: Save succeeded", name)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("%s: Load and Save took %v, want at most 3s", name, took)
		}
	}
}

func TestLoad_ForeignText(t *testing.T) {
	eachServer(t, func(t *testing.T, s *State) {
		key := s.keys.keySession(wang)
		if err := s.client.Set(t.Context(), key, `{"hinted":"2026-11-16T09:30:00Z","dialogue":7}`, time.Minute).Err(); err != nil {
			t.Fatal(err)
		}
		b, err := s.Load(t.Context(), []Who{wang})
		if err == nil {
			t.Error("Load says nothing about text it can't read")
		}
		if got := b.Session(wang); !reflect.DeepEqual(got, &Session{}) {
			t.Errorf("session: %+v, want an empty one", got)
		}
		save(t, b)
		if n := s.client.Exists(t.Context(), key).Val(); n != 0 {
			t.Error("text nobody can read is kept")
		}
	})
}

func FuzzSession(f *testing.F) {
	f.Add(`{"dialogue":{"kind":"place","issue":"12","at":"2026-11-16T09:30:00Z"}}`)
	f.Add(`{"muted":{"交办":"2026-11-16T09:40:00Z"},"messages":{"minute":29000000,"n":2}}`)
	f.Add(`{"dialogue":{"issue":12}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, text string) {
		s := slot[Session]{value: &Session{HintedAt: monday}}
		if err := s.take(text); err != nil && !reflect.DeepEqual(s.value, &Session{}) {
			t.Errorf("%q can't be read and left %+v", text, s.value)
		}
		before := *s.value.clone()
		if err := s.reset(); err == nil && !reflect.DeepEqual(*s.value, before) {
			t.Errorf("%q: read twice, %+v and %+v", text, before, s.value)
		}
		s.value.tidy(monday)
	})
}
