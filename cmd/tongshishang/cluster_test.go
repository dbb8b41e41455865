package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestCluster_NodesAreKilled kills instances, the Galera node that is written to and Redis masters under load, in turn, and then
// replaces the instances one by one, as an upgrade does.
func TestCluster_NodesAreKilled(t *testing.T) {
	f := newFleet(t, false)
	a := newAssembly(f)
	a.open()
	stop := a.talk(t, 8)
	kills := 0
	for round := range clusterRounds(t) {
		if round == 0 {
			a.fallDue()
		}
		instance := f.instances[round%fleetSize]
		pause(500, 1500)
		instance.kill()
		pause(200, 1500)
		instance.start()
		kills++
		for _, n := range []*node{f.writer(), f.master(round)} {
			pause(500, 1500)
			n.kill()
			pause(2500, 4000) // by then the others have gone on without it
			n.rise()
		}
		t.Logf("round %d: %d members have spoken, %d requests were refused", round+1, a.members.Load(), a.refused.Load())
	}
	for _, instance := range f.instances {
		instance.stop()
		pause(100, 500)
		instance.start()
	}
	stop()
	a.verify(kills)
}

// TestCluster_Apart gives each instance a Galera node of its own to write to, and kills one.
func TestCluster_Apart(t *testing.T) {
	f := newFleet(t, true)
	a := newAssembly(f)
	a.open()
	stop := a.talk(t, 8)
	pause(1000, 2000)
	a.fallDue()
	rounds := clusterRounds(t)
	for round := range rounds {
		n := f.galera[round%fleetSize]
		pause(1000, 2000)
		n.kill()
		pause(3000, 5000)
		n.rise()
	}
	pause(500, 1500)
	stop()
	a.verify(rounds) // an instance that is cut off for longer than its leases is as good as dead to the others
}

// TestCluster_SameMessageEverywhere delivers each message to all instances at the same moment, each of which writes to a Galera node of
// its own: it is stored once, and all give the same answer.
func TestCluster_SameMessageEverywhere(t *testing.T) {
	f := newFleet(t, true)
	const messages = 40
	for n := range messages {
		l := privateChat{fmt.Sprintf("wxid_m%d", n)}.message(fmt.Sprintf("e%02d", n), fmt.Sprintf("平襄镇第%d社的水渠塌了一段,水上不来", n+1))
		var answers [fleetSize]string
		var delivering sync.WaitGroup
		for i, s := range f.instances {
			delivering.Go(func() {
				status, answer, err := l.send(s)
				if err != nil || status != http.StatusOK {
					t.Errorf("%s: %d %q %v", l.id, status, answer, err)
				}
				answers[i] = answer
			})
		}
		delivering.Wait()
		if answers[1] != answers[0] || answers[2] != answers[0] {
			t.Errorf("%s was answered %q", l.id, answers)
		}
	}
	f.settle()
	f.inOrder("e", messages)
	if n := f.count("SELECT COUNT(*) - MAX(seq) FROM issues"); n != 0 {
		t.Errorf("the numbers of the issues have gaps or doubles: %d", n)
	}
	if out := f.instances[0].run("doctor", "--config", f.instances[0].config, "--skip-channels"); strings.Contains(out, "✗") {
		t.Error(out)
	}
}

// clusterRounds is how often each kind of node is killed: TSS_TEST_CLUSTER_ROUNDS, or once.
func clusterRounds(t *testing.T) int {
	t.Helper()
	rounds, err := strconv.Atoi(os.Getenv("TSS_TEST_CLUSTER_ROUNDS"))
	if err != nil || rounds < 1 {
		return 1
	}
	return rounds
}

// pause waits a random time between two numbers of milliseconds.
func pause(least, most int) {
	time.Sleep(time.Duration(least+rand.IntN(most-least)) * time.Millisecond)
}
