package main

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"tongshishang/bot"
	"tongshishang/store"
)

// takenOverWithin is how long what a dead instance had begun may lie.
const takenOverWithin = 30 * time.Second

// TestCluster_TakenOver kills an instance that is sending a message and has acknowledged another that it could not yet handle: the
// others send the one and handle the other.
func TestCluster_TakenOver(t *testing.T) {
	f := newFleet(t, false)
	crowd := newAssembly(f)
	ann, matter := privateChat{"wxid_ann"}, "平襄镇第2社的水渠塌了一段,水上不来"
	crowd.say("ann", ann.message("hello", "你好"))
	f.post(bot.Conversation{Channel: "qun", User: "wxid_bob"}, holdMark)
	victim := <-f.held

	lock := f.hold("wxid_ann")
	if status, answer, err := ann.message("matter", matter).send(f.instances[victim]); err != nil || status != 204 {
		t.Fatalf("a message whose conversation is busy: %d %q %v", status, answer, err)
	}
	f.instances[victim].kill()
	died := time.Now()
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}

	var sent, answered int
	for until := died.Add(takenOverWithin); time.Now().Before(until) && (sent == 0 || answered == 0); time.Sleep(50 * time.Millisecond) {
		for _, api := range f.apis {
			for _, d := range api.take() {
				switch d.user {
				case "wxid_bob":
					sent++
					t.Logf("sent after %v", time.Since(died))
				case "wxid_ann":
					answered++
					t.Logf("answered after %v", time.Since(died))
				}
			}
		}
	}
	if sent != 1 || answered != 1 {
		t.Errorf("within %v the message was sent %d times and the matter answered %d times, want once", takenOverWithin, sent, answered)
	}
	f.instances[victim].start()
	f.settle()
	if n := f.count("SELECT COUNT(*) FROM issues"); n != 1 {
		t.Errorf("%d issues, want 1", n)
	}
}

// post puts a message into the outbox, as something that has happened would.
func (f *fleet) post(to bot.Conversation, texts ...string) {
	f.t.Helper()
	_, _, s, err := openStore(f.t.Context(), f.instances[0].config)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	err = s.Write(f.t.Context(), func(tx *store.Tx) error {
		for _, text := range texts {
			tx.Post("", to, text)
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

// hold locks a conversation, so that what is said in it has to wait.
func (f *fleet) hold(user string) *sql.Tx {
	f.t.Helper()
	tx, err := f.db.BeginTx(f.t.Context(), nil)
	if err != nil {
		f.t.Fatal(err)
	}
	var id int64
	if err := tx.QueryRowContext(f.t.Context(), "SELECT id FROM conversations WHERE ext_id = ? FOR UPDATE", user).Scan(&id); err != nil {
		f.t.Fatal(err)
	}
	return tx
}

// TestCluster_WithoutQuorum kills two of the three Galera nodes: one instance's messages go to its disk, it is killed, too, and
// handles them in order when all are back. Then all three nodes are killed at once, and come back by themselves.
func TestCluster_WithoutQuorum(t *testing.T) {
	f := newFleet(t, false)
	chat := privateChat{"wxid_ann"}
	left := f.writer()
	for _, n := range f.galera {
		if n != left {
			n.kill()
		}
	}
	const sayings = 20
	for n := range sayings {
		f.insist(0, chat.message(fmt.Sprintf("s%02d", n), fmt.Sprintf("第%d句", n)))
	}
	if n, err := spooled(f.instances[0]); err != nil || n != sayings {
		t.Errorf("%d messages on the disk, want %d; %v", n, sayings, err)
	}
	f.instances[0].kill()
	f.gather()
	f.instances[0].start()
	f.settle()
	f.inOrder("s", sayings)

	for _, n := range f.galera {
		n.kill()
	}
	for n := range sayings {
		f.insist(1, chat.message(fmt.Sprintf("t%02d", n), fmt.Sprintf("又第%d句", n)))
	}
	f.gather()
	f.settle()
	f.inOrder("t", sayings)
	f.inOrder("s", sayings) // on the nodes' disks all the time
}

// gather lets all Galera nodes come back, which need each other for it.
func (f *fleet) gather() {
	f.t.Helper()
	for _, n := range f.galera {
		n.lift()
	}
	for _, n := range f.galera {
		n.rise()
	}
	f.writer() // HAProxy has seen it
}

// insist delivers a letter to one instance until it is acknowledged.
func (f *fleet) insist(n int, l letter) {
	f.t.Helper()
	f.patiently(l.id, func() error {
		status, _, err := l.send(f.instances[n])
		if err == nil && status != 200 && status != 204 {
			err = fmt.Errorf("status %d", status)
		}
		return err
	})
}

// inOrder checks that messages whose ids begin with a letter are stored, handled, once and in the order of their numbers.
func (f *fleet) inOrder(letter string, count int) {
	f.t.Helper()
	next := 0
	f.each("SELECT ext_id, state FROM messages WHERE ext_id LIKE '"+letter+"%' ORDER BY id", func(scan func(...any) error) error {
		var id, state string
		err := scan(&id, &state)
		if want := fmt.Sprintf("%s%02d", letter, next); id != want || state != "handled" {
			f.t.Errorf("%s is %s, want %s", id, state, want)
		}
		next++
		return err
	})
	if next != count {
		f.t.Errorf("%d messages stored, want %d", next, count)
	}
}
