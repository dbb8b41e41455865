package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
)

// kind is what a message is meant as.
type kind int

const (
	kindChatter kind = iota
	kindMatter
	kindEndorse        // 我家也是
	kindVote           // 同意
	kindVoteCommand    // #投票 1
	kindEndorseCommand // #附议 12
	kindStaffCommand   // #受理 12, then #交办 12 …
	kindQuery          // #查询 12
	kinds
)

// profile is a manner of talk: shares in thousandths.
type profile struct {
	name     string
	shares   [kinds]int
	retries  int // sent a second time with the same id, besides the shares
	safe     int // of the messages of people who write to the official account, in safe mode
	plain    int // the same in plain mode
	oneGroup bool
}

// kindNames are what each kind is called in the report.
var kindNames = [kinds]string{"chatter", "matters", "me too in words", "votes in words", "#投票", "#附议", "#受理, #交办", "#查询"}

// ballotEvery is the share of groups that have an open ballot, one in so many. Votes are cast in those.
const ballotEvery = 5

// ordinary is how a county talks: 85 % chatter.
func ordinary() profile {
	p := profile{name: ordinaryRun, retries: 10, safe: 100, plain: 100}
	p.shares = [kinds]int{kindChatter: 850, kindMatter: 60, kindEndorse: 40, kindVote: 30, kindEndorseCommand: 5, kindStaffCommand: 5, kindQuery: 10}
	return p
}

// only is talk of one kind, all in groups.
func only(name string, k kind) profile {
	p := profile{name: name}
	p.shares[k] = 1000
	return p
}

// commanding is what changes state with every message.
func commanding() profile {
	p := profile{name: "commands and votes", retries: 10}
	p.shares = [kinds]int{kindVote: 500, kindVoteCommand: 150, kindEndorseCommand: 200, kindStaffCommand: 150}
	return p
}

// unit is a township or community with its groups and the numbers of its issues that wait to be accepted.
type unit struct {
	code, name string
	open       []int
	accepted   *atomic.Int64 // how many of open were given out
}

// county is who talks where.
type county struct {
	units  []unit
	groups int // spread over the units in turn
	people int // residents in all; so many that nobody meets a limit of messages a minute
	staff  int // a unit
	lastID atomic.Uint64
}

func (c *county) unitOf(group int) *unit { return &c.units[group%len(c.units)] }

func groupID(group int) string { return strconv.Itoa(10001+group) + "@chatroom" }

func staffID(unit string, n int) string { return fmt.Sprintf("wxid_staff_%s_%d", unit, n) }

// speaker is one connection's share of the talk.
type speaker struct {
	county  *county
	profile profile
	rng     *rand.Rand
	clerk   int      // whose turn it is, so that nobody gives too many commands a minute
	ordered *message // the acceptance just sent, to be followed by an assignment
	number  int      // of its issue
}

func newSpeaker(c *county, p profile, n int) *speaker {
	return &speaker{county: c, profile: p, rng: rand.New(rand.NewPCG(uint64(n), 20261116)), clerk: n} //nolint:gosec // talk needs no secret randomness
}

// next is the next thing somebody says.
func (s *speaker) next() message {
	roll, k := s.rng.IntN(1000), kindChatter
	for k < kinds-1 && roll >= s.profile.shares[k] {
		roll -= s.profile.shares[k]
		k++
	}
	m := message{kind: k, id: s.county.lastID.Add(1), at: now().Unix()}
	if k < kindVote {
		if channel := s.rng.IntN(1000); channel < s.profile.safe+s.profile.plain {
			return s.private(m, channel < s.profile.safe)
		}
	}
	group := 0
	if !s.profile.oneGroup {
		group = s.rng.IntN(s.county.groups)
	}
	if k == kindVote || k == kindVoteCommand {
		group -= group % ballotEvery
	}
	m.channel, m.group = channelGroup, groupID(group)
	m.user = s.resident(group)
	s.say(&m, group)
	return m
}

// private is said to the official account, where a matter has to name its unit.
func (s *speaker) private(m message, safe bool) message {
	m.channel = channelPlain
	if safe {
		m.channel = channelSafe
	}
	m.user = "o" + strconv.Itoa(s.rng.IntN(s.county.people))
	place := s.county.units[s.rng.IntN(len(s.county.units))].name
	m.text = s.words(m.kind, place)
	return m
}

// resident is somebody of the group: each has its own people, and one group alone has all.
func (s *speaker) resident(group int) string {
	if s.profile.oneGroup {
		return "wxid_" + strconv.Itoa(s.rng.IntN(s.county.people))
	}
	return "wxid_" + strconv.Itoa(group+s.county.groups*s.rng.IntN(s.county.people/s.county.groups))
}

func (s *speaker) words(k kind, place string) string {
	switch k {
	case kindMatter:
		return fmt.Sprintf(matters[s.rng.IntN(len(matters))], place, 1+s.rng.IntN(9999))
	case kindEndorse:
		return endorsements[s.rng.IntN(len(endorsements))]
	case kindVote:
		return votes[s.rng.IntN(len(votes))]
	}
	return chatter[s.rng.IntN(len(chatter))]
}

// say gives the message its words, and a command the person who may give it.
func (s *speaker) say(m *message, group int) {
	u := s.county.unitOf(group)
	switch m.kind {
	case kindVoteCommand:
		m.text = "#投票 " + strconv.Itoa(1+s.rng.IntN(3))
	case kindEndorseCommand:
		m.text = "#附议 " + strconv.Itoa(s.anyIssue(u))
	case kindQuery:
		m.text = "#查询 " + strconv.Itoa(s.anyIssue(u))
	case kindStaffCommand:
		s.order(m, u)
	default:
		m.text = s.words(m.kind, "")
	}
}

func (s *speaker) anyIssue(u *unit) int {
	if len(u.open) == 0 {
		return 1
	}
	return u.open[s.rng.IntN(len(u.open))]
}

// order is a clerk's command: accept an issue, then in the same group assign it. A unit whose issues are all accepted is asked
// for one instead.
func (s *speaker) order(m *message, u *unit) {
	if before := s.ordered; before != nil {
		m.group, m.user, m.text = before.group, before.user, fmt.Sprintf("#交办 %d 住建局", s.number)
		s.ordered = nil
		return
	}
	s.clerk++
	m.user = staffID(u.code, s.clerk*7%s.county.staff)
	n := int(u.accepted.Add(1)) - 1
	if n >= len(u.open) {
		m.kind, m.text = kindQuery, "#查询 "+strconv.Itoa(s.anyIssue(u))
		return
	}
	s.number, m.text = u.open[n], fmt.Sprintf("#受理 %d", u.open[n])
	kept := *m
	s.ordered = &kept
}

func newUnit(code, name string) unit {
	return unit{code: code, name: name, accepted: new(atomic.Int64)}
}
