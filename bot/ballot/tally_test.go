package ballot

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongshishang/bot"
	"tongshishang/config"
)

var shanghai = time.FixedZone("CST", 8*3600)

func newBook(t testing.TB) *Book {
	t.Helper()
	rules, err := config.LoadRules("")
	if err != nil {
		t.Fatal(err)
	}
	return New(rules.Ballots, shanghai)
}

func options(t testing.TB, texts ...string) []bot.Option {
	t.Helper()
	options, err := newBook(t).Options(texts)
	if err != nil {
		t.Fatal(err)
	}
	return options
}

// votes makes n[0] people vote for option 1, the next n[1] for option 2 and so on; people are numbered from 1.
func votes(n ...int) []bot.Vote {
	var all []bot.Vote
	for i, count := range n {
		for range count {
			all = append(all, bot.Vote{PersonID: int64(len(all) + 1), Option: i + 1})
		}
	}
	return all
}

// people is a roll of n voters, each a household of their own and owning 100 square metres.
func people(n int) []Voter {
	roll := make([]Voter, n)
	for i := range roll {
		roll[i] = Voter{PersonID: int64(i + 1), Household: string(rune('甲' + i)), Area: 100_00}
	}
	return roll
}

// couples is a roll of n voters, two to a household.
func couples(n int) []Voter {
	roll := people(n)
	for i := range roll {
		roll[i].Household = string(rune('甲' + i/2))
	}
	return roll
}

// TestTally_Boundaries holds every rule at the number that is just enough and the one that isn't. Votes are for 同意, 反对, 弃权.
func TestTally_Boundaries(t *testing.T) {
	tests := []struct {
		rule          string
		roll          []Voter
		votes         []int
		valid, passed bool
	}{
		{"简单多数", nil, []int{5, 4, 0}, true, true},
		{"简单多数", nil, []int{5, 5, 0}, true, false}, // exactly half
		{"简单多数", nil, []int{5, 3, 2}, true, false}, // abstaining is taking part: 5 of 10
		{"简单多数", nil, []int{6, 3, 2}, true, true},  // 6 of 11
		{"简单多数", nil, []int{1, 0, 0}, true, true},
		{"简单多数", nil, []int{0, 0, 0}, false, false},
		{"简单多数", nil, []int{0, 0, 3}, true, false},

		// More than half of the villagers, or two thirds of the households (each person one here).
		{"村民会议", people(30), []int{11, 5, 4}, true, true},  // 20/30 households; 11/20
		{"村民会议", people(30), []int{10, 5, 5}, true, false}, // exactly half agree
		{"村民会议", people(30), []int{16, 0, 0}, true, true},  // 16/30 villagers, too few households
		{"村民会议", people(30), []int{15, 0, 0}, false, false},
		// 30 people in 15 households: ten people of ten different households can't be had in order, 19 people are of 10.
		{"村民会议", couples(30), []int{8, 6, 0}, false, false},                             // 14/30 people, 7/15 households
		{"村民会议", append(people(2), couplesFrom(3, 4)...), []int{2, 0, 0}, false, false}, // 2/6 people, 2/4 households
		{"村民会议", append(people(2), couplesFrom(3, 4)...), []int{3, 0, 0}, true, true},   // 3/6 people is half, 3/4 households

		{"村民代表会议", people(30), []int{11, 9, 0}, true, true},
		{"村民代表会议", people(30), []int{10, 10, 0}, true, false},
		{"村民代表会议", people(30), []int{19, 0, 0}, false, false}, // 19/30 < 2/3
		{"村民代表会议", people(31), []int{20, 0, 0}, false, false}, // 20/31 < 2/3
		{"村民代表会议", people(31), []int{21, 0, 0}, true, true},
		{"村民代表会议", couples(30), []int{19, 0, 0}, false, false}, // households don't help representatives

		{"村民小组会议", people(9), []int{4, 2, 0}, true, true}, // exactly 6/9
		{"村民小组会议", people(9), []int{5, 0, 0}, false, false},
		{"村民小组会议", couples(12), []int{7, 0, 0}, true, true}, // 7/12 people, but 4/6 households

		{"村规民约", people(30), []int{11, 9, 0}, true, true},
		{"村规民约", people(30), []int{15, 0, 0}, false, false},

		{"业主共同决定一般事项", people(30), []int{11, 9, 0}, true, true},
		{"业主共同决定一般事项", people(30), []int{10, 9, 1}, true, false}, // exactly half of who took part
		{"业主共同决定一般事项", people(30), []int{19, 0, 0}, false, false},
		{"业主共同决定重大事项", people(30), []int{15, 5, 0}, true, true}, // exactly 3/4 of 20
		{"业主共同决定重大事项", people(30), []int{14, 6, 0}, true, false},
		{"业主共同决定重大事项", people(30), []int{15, 3, 3}, true, false}, // 15 of 21
		{"业主重大", people(30), []int{15, 5, 0}, true, true},

		{"协商会议表决", people(12), []int{5, 3, 0}, true, true}, // 8/12 came, 5/8
		{"协商会议表决", people(12), []int{4, 4, 0}, true, false},
		{"协商会议表决", people(12), []int{7, 0, 0}, false, false},

		{"征求意见", nil, []int{9, 0, 0}, true, false}, // reports only
		{"征求意见", nil, []int{0, 0, 0}, true, false},
	}
	for _, tt := range tests {
		rule, err := newBook(t).Rule(tt.rule)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Tally(Poll{Rule: rule, Options: options(t), Votes: votes(tt.votes...), Roll: tt.roll})
		if err != nil {
			t.Fatal(err)
		}
		if got.Valid != tt.valid || got.Passed != tt.passed {
			t.Errorf("%s, %d on the roll, %v: valid %v, passed %v, want %v, %v", tt.rule, len(tt.roll), tt.votes, got.Valid, got.Passed, tt.valid, tt.passed)
		}
	}
}

// couplesFrom is a roll of n voters numbered from first, two to a household.
func couplesFrom(first, n int) []Voter {
	var roll []Voter
	for i := range n {
		roll = append(roll, Voter{PersonID: int64(first + i), Household: string(rune('子' + i/2))})
	}
	return roll
}

// TestTally_AreaAndPeople is the owners' rule when few own much: both measures have to reach their share.
func TestTally_AreaAndPeople(t *testing.T) {
	// A shop of 300 m² and five flats of 80 m² each: 700 m², six owners.
	roll := []Voter{{1, "商铺", 300_00}, {2, "101", 80_00}, {3, "102", 80_00}, {4, "201", 80_00}, {5, "202", 80_00}, {6, "301", 80_00}}
	tests := []struct {
		name          string
		agree, oppose []int64
		valid, passed bool
	}{
		{"five flats: 5/6 of the people, 400/700 of the area", []int64{2, 3, 4, 5, 6}, nil, false, false},
		{"shop and three flats: 540/700 and 4/6", []int64{1, 2, 3}, []int64{4}, true, true},
		{"the shop and one flat against two: area 380/540, people 2/4", []int64{1, 2}, []int64{3, 4}, true, false},
		{"all, three flats against: people 3/6", []int64{1, 2, 3}, []int64{4, 5, 6}, true, false},
		{"all, the shop against: area 400/700, people 5/6", []int64{2, 3, 4, 5, 6}, []int64{1}, true, true},
	}
	rule, err := newBook(t).Rule("业主一般")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		var cast []bot.Vote
		for _, id := range tt.agree {
			cast = append(cast, bot.Vote{PersonID: id, Option: 1})
		}
		for _, id := range tt.oppose {
			cast = append(cast, bot.Vote{PersonID: id, Option: 2})
		}
		got, err := Tally(Poll{Rule: rule, Options: options(t), Votes: cast, Roll: roll})
		if err != nil || got.Valid != tt.valid || got.Passed != tt.passed {
			t.Errorf("%s: valid %v, passed %v, %v, want %v, %v", tt.name, got.Valid, got.Passed, err, tt.valid, tt.passed)
		}
	}
}

func TestTally_PresentWithoutVoting(t *testing.T) {
	rule, err := newBook(t).Rule("村民代表会议")
	if err != nil {
		t.Fatal(err)
	}
	// 20 of 30 signed in, 15 of them voted, 11 agreed: 11/20 passes, and would with 10/15 too; 10/20 doesn't.
	var present []int64
	for id := range int64(20) {
		present = append(present, id+1)
	}
	for agree, passed := range map[int]bool{11: true, 10: false} {
		got, err := Tally(Poll{Rule: rule, Options: options(t), Votes: votes(agree, 15-agree), Roll: people(30), Present: present})
		if err != nil || !got.Valid || got.Passed != passed || got.Present.People != 20 || got.Voted.People != 15 {
			t.Errorf("%d agree: %+v, %v", agree, got, err)
		}
	}
}

func TestTally_ChooseOne(t *testing.T) {
	hours := options(t, "八点", "九点", "十点")
	tests := []struct {
		votes   []int
		leading []string
		passed  bool
	}{
		{[]int{5, 3, 1}, []string{"八点"}, true},
		{[]int{4, 3, 1}, []string{"八点"}, false}, // 4 of 8
		{[]int{3, 3, 1}, []string{"八点", "九点"}, false},
		{[]int{0, 0, 0}, nil, false},
	}
	rule, err := newBook(t).Rule("简单多数")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		got, err := Tally(Poll{Rule: rule, Options: hours, Votes: votes(tt.votes...)})
		if err != nil {
			t.Fatal(err)
		}
		var leading []string
		for _, o := range got.Leading {
			leading = append(leading, o.Text)
		}
		if !slices.Equal(leading, tt.leading) || got.Passed != tt.passed {
			t.Errorf("%v: leading %v, passed %v, want %v, %v", tt.votes, leading, got.Passed, tt.leading, tt.passed)
		}
	}
}

func TestTally_OffRollIsNotCounted(t *testing.T) {
	rule, err := newBook(t).Rule("村民代表会议")
	if err != nil {
		t.Fatal(err)
	}
	cast := append(votes(2, 0), bot.Vote{PersonID: 99, Option: 1}, bot.Vote{PersonID: 98, Option: 2})
	got, err := Tally(Poll{Rule: rule, Options: options(t), Votes: cast, Roll: people(3)})
	if err != nil || got.OffRoll != 2 || got.Counts[0].Votes != 2 || got.Counts[1].Votes != 0 || got.Voted.People != 2 || !got.Passed {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTally_NeverSettledSilently(t *testing.T) {
	book := newBook(t)
	simple, _ := book.Rule("简单多数")
	meeting, _ := book.Rule("村民会议")
	for name, p := range map[string]Poll{
		"two votes of one person":    {Rule: simple, Options: options(t), Votes: []bot.Vote{{PersonID: 1, Option: 1}, {PersonID: 1, Option: 2}}},
		"an option that isn't there": {Rule: simple, Options: options(t), Votes: []bot.Vote{{PersonID: 1, Option: 4}}},
		"no roll":                    {Rule: meeting, Options: options(t), Votes: votes(3)},
		"twice on the roll":          {Rule: meeting, Options: options(t), Roll: append(people(3), Voter{PersonID: 2})},
		"an area below nothing":      {Rule: meeting, Options: options(t), Roll: []Voter{{PersonID: 1, Area: -1}}},
		"an area beyond any county":  {Rule: meeting, Options: options(t), Roll: []Voter{{PersonID: 1, Area: 1 << 62}}},
	} {
		if got, err := Tally(p); err == nil {
			t.Errorf("%s is counted: %+v", name, got)
		}
	}
}

// TestTally_Properties: every vote is counted once, the order of votes and roll doesn't matter, and another vote in favour
// never turns a ballot that passed.
func TestTally_Properties(t *testing.T) {
	book := newBook(t)
	rules := book.pack.Rules
	choices := options(t)
	rapid.Check(t, func(t *rapid.T) {
		p := Poll{Rule: rapid.SampledFrom(rules).Draw(t, "rule"), Options: choices}
		size := rapid.IntRange(1, 40).Draw(t, "roll")
		for id := range size {
			p.Roll = append(p.Roll, Voter{
				PersonID: int64(id), Area: rapid.Int64Range(0, largestArea).Draw(t, "area"),
				Household: rapid.SampledFrom([]string{"", "甲", "乙", "丙", "丁"}).Draw(t, "household"),
			})
		}
		for id := range rapid.IntRange(0, size+3).Draw(t, "votes") {
			p.Votes = append(p.Votes, bot.Vote{PersonID: int64(id), Option: rapid.IntRange(1, len(choices)).Draw(t, "option")})
		}
		got, err := Tally(p)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for _, c := range got.Counts {
			sum += c.Votes
		}
		if sum != got.Voted.People || sum+got.OffRoll != len(p.Votes) || got.Passed && !got.Valid {
			t.Fatalf("%d votes: %d counted, %d off the roll, %d took part, valid %v, passed %v", len(p.Votes), sum, got.OffRoll, got.Voted.People, got.Valid, got.Passed)
		}
		shuffled := p
		shuffled.Votes = rapid.Permutation(p.Votes).Draw(t, "votes in another order")
		shuffled.Roll = rapid.Permutation(p.Roll).Draw(t, "roll in another order")
		if again, err := Tally(shuffled); err != nil || !reflect.DeepEqual(again, got) {
			t.Fatalf("in another order %+v, %v, want %+v", again, err, got)
		}
		if RollHash(shuffled.Roll) != RollHash(p.Roll) {
			t.Fatal("the roll's hash depends on its order")
		}
		for i, v := range p.Votes {
			if v.Option != 1 && got.Passed {
				p.Votes[i].Option = 1
				if better, err := Tally(p); err != nil || !better.Passed {
					t.Fatalf("passed, and with one more in favour not: %+v, %v", better, err)
				}
				return
			}
		}
	})
}

func TestRollHash(t *testing.T) {
	// printf '1 "甲" 8000\n2 "" 0\n' | sha256sum
	const want = "0be4f48c57f0e90c5d5107bac7e8bfe65afbd799680676aa48d519dc1add14be"
	if got := RollHash([]Voter{{PersonID: 2}, {PersonID: 1, Household: "甲", Area: 80_00}}); got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}
