package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"
)

// load is how the talk is sent.
type load struct {
	address     string
	connections int
	rate        int // messages a second in an open loop; 0 sends as fast as answers come
	warm        time.Duration
	measured    time.Duration
	profile     profile
}

// sample is one answered message: when, after the load began, and after how long.
type sample struct{ done, took time.Duration }

// voter is somebody who voted in a group.
type voter struct{ group, user string }

// tally is what a load was told; the tables are checked against it.
type tally struct {
	samples    []sample
	accepted   int            // distinct messages that were acknowledged
	keys       uint64         // exclusive or of their keys' first eight bytes
	retries    int            // acknowledged once more
	unequal    int            // retries with another answer
	refused    map[int]int    // answers by any other status
	voters     map[voter]bool // whose votes were acknowledged
	acceptance int            // issues said to be accepted
}

func newTally() *tally { return &tally{refused: map[int]int{}, voters: map[voter]bool{}} }

// add joins what other connections were told.
func (t *tally) add(o *tally) {
	t.samples = append(t.samples, o.samples...)
	t.accepted += o.accepted
	t.keys ^= o.keys
	t.retries += o.retries
	t.unequal += o.unequal
	t.acceptance += o.acceptance
	for status, n := range o.refused {
		t.refused[status] += n
	}
	for v := range o.voters {
		t.voters[v] = true
	}
}

// run sends the load and calls edge when the measured time begins and ends.
func (l load) run(ctx context.Context, c *county, edge func() error) (*tally, error) {
	ctx, stop := context.WithTimeout(ctx, l.warm+l.measured)
	defer stop()
	begin := now()
	tallies, faults := make([]*tally, l.connections), make([]error, l.connections+1)
	var connections sync.WaitGroup
	for n := range l.connections {
		tallies[n] = newTally()
		connections.Go(func() {
			k := &connection{load: l, begin: begin, speaker: newSpeaker(c, l.profile, n), tally: tallies[n]}
			faults[n] = k.run(ctx, n)
		})
	}
	time.Sleep(l.warm)
	faults[l.connections] = edge()
	<-ctx.Done()
	faults[l.connections] = errors.Join(faults[l.connections], edge())
	connections.Wait()
	all := newTally()
	for _, t := range tallies {
		all.add(t)
	}
	return all, errors.Join(faults...)
}

// connection is one of the clients.
type connection struct {
	load
	begin   time.Time
	speaker *speaker
	tally   *tally
	wire    *wire
	answer  []byte // to the last message
}

func (k *connection) run(ctx context.Context, n int) (err error) {
	if k.wire, err = dial(ctx, k.address); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.wire.close()) }()
	for turn := 0; ctx.Err() == nil; turn++ {
		due := k.wait(ctx, n, turn)
		if ctx.Err() != nil {
			break
		}
		m := k.speaker.next()
		if err := k.say(&m, due); err != nil {
			return err
		}
		if k.speaker.rng.IntN(1000) < k.profile.retries {
			if err := k.again(&m); err != nil {
				return err
			}
		}
	}
	return nil
}

// wait returns the time from which the next message's latency counts: now, or in an open loop when its turn is, however late
// the one before was answered.
func (k *connection) wait(ctx context.Context, n, turn int) time.Time {
	if k.rate == 0 {
		return now()
	}
	due := k.begin.Add(time.Duration(turn*k.connections+n) * time.Second / time.Duration(k.rate))
	select {
	case <-time.After(due.Sub(now())):
	case <-ctx.Done():
	}
	return due
}

func (k *connection) say(m *message, due time.Time) error {
	status, body, err := k.send(m)
	if err != nil {
		return err
	}
	if !accepted(status) {
		k.tally.refused[status]++
		return nil
	}
	k.tally.samples = append(k.tally.samples, sample{since(k.begin), since(due)})
	k.tally.accepted++
	k.answer = append(k.answer[:0], body...)
	head, err := hex.DecodeString(m.key()[:16])
	if err != nil {
		return err
	}
	k.tally.keys ^= binary.BigEndian.Uint64(head)
	switch m.kind {
	case kindVote, kindVoteCommand:
		k.tally.voters[voter{m.group, m.user}] = true
	case kindStaffCommand:
		if bytes.Contains(body, []byte("已受理")) {
			k.tally.acceptance++
		}
	}
	return nil
}

// again delivers the message once more, as platforms do: the answer must be the same.
func (k *connection) again(m *message) error {
	status, body, err := k.send(m)
	if err != nil {
		return err
	}
	if !accepted(status) {
		k.tally.refused[status]++
		return nil
	}
	k.tally.retries++
	// What an official account is sent carries the time and, sealed, fresh random bytes.
	if m.channel == channelGroup && !bytes.Equal(body, k.answer) {
		k.tally.unequal++
	}
	return nil
}

func (k *connection) send(m *message) (int, []byte, error) {
	request, err := m.request(now().Unix())
	if err != nil {
		return 0, nil, err
	}
	status, body, err := k.wire.do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("connection: %w", err)
	}
	return status, body, nil
}

func accepted(status int) bool { return status == 200 || status == 204 }
