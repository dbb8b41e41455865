package ballot

import (
	"testing"

	"tongshishang/bot"
)

func TestVerdict(t *testing.T) {
	tests := []struct {
		name, rule string
		options    []string
		votes      []int
		roll       []Voter
		want       string
	}{
		{"an opinion poll is labelled", "征求意见", nil, []int{15, 5, 3}, nil,
			"意向性征求意见“红白事几桌”:共 23 人参加,同意 15 票、反对 5 票、弃权 3 票。“同意”最多,15 票。只作意向参考,不是决定。"},
		{"its tie", "征求意见", []string{"八点", "九点"}, []int{4, 4}, nil,
			"意向性征求意见“红白事几桌”:共 8 人参加,八点 4 票、九点 4 票。“八点”“九点”并列最多,各 4 票。只作意向参考,不是决定。"},
		{"nobody decided", "征求意见", nil, []int{0, 0, 2}, nil,
			"意向性征求意见“红白事几桌”:共 2 人参加,同意 0 票、反对 0 票、弃权 2 票。都投了弃权。只作意向参考,不是决定。"},
		{"nobody voted", "征求意见", nil, nil, nil, "征求意见“红白事几桌”:没有人投票,没有结果。"},
		{"passed", "简单多数", nil, []int{12, 8, 3}, nil,
			"简单多数“红白事几桌”:共 23 人参加,同意 12 票、反对 8 票、弃权 3 票;“同意”人数 12/23,超过 1/2。表决有效,“同意”通过。" +
				"依据:群内约定:参加表决的人过半数同意。"},
		{"exactly half", "简单多数", nil, []int{10, 10, 0}, nil,
			"简单多数“红白事几桌”:共 20 人参加,同意 10 票、反对 10 票、弃权 0 票;“同意”人数 10/20,没有超过 1/2;“同意”“反对”并列最多,各 10 票。" +
				"表决有效,没有通过。依据:群内约定:参加表决的人过半数同意。"},
		{"a tie between several", "简单多数", []string{"八点", "九点", "十点"}, []int{3, 3, 1}, nil,
			"简单多数“红白事几桌”:共 7 人参加,八点 3 票、九点 3 票、十点 1 票;“八点”“九点”并列最多,各 3 票。表决有效,没有通过。" +
				"依据:群内约定:参加表决的人过半数同意。"},
		{"representatives", "村民代表会议", nil, []int{11, 9, 0}, people(30),
			"村民代表会议“红白事几桌”:名册 30 人,参加 20 人,同意 11 票、反对 9 票、弃权 0 票;参加人数 20/30,达到 2/3;“同意”人数 11/20,超过 1/2。" +
				"表决有效,“同意”通过。依据:《村民委员会组织法》第二十六条。"},
		{"too few of them", "村民代表会议", nil, []int{19, 0, 0}, people(30),
			"村民代表会议“红白事几桌”:名册 30 人,参加 19 人,同意 19 票、反对 0 票、弃权 0 票;参加人数 19/30,没有达到 2/3。" +
				"表决无效。依据:《村民委员会组织法》第二十六条。"},
		{"village rules are filed", "村规民约", nil, []int{16, 1, 0}, people(30),
			"村规民约“红白事几桌”:名册 30 人,参加 17 人,同意 16 票、反对 1 票、弃权 0 票;参加人数 17/30,超过 1/2;“同意”人数 16/17,超过 1/2。" +
				"表决有效,“同意”通过。依据:《村民委员会组织法》第二十二、二十七条。通过后报乡镇人民政府备案。"},
		{"owners by area and people", "业主重大", nil, []int{3, 1, 0}, []Voter{{1, "", 80_50}, {2, "", 80_00}, {3, "", 80_05}, {4, "", 80_00}},
			"业主共同决定重大事项“红白事几桌”:名册 4 人,参加 4 人,同意 3 票、反对 1 票、弃权 0 票;参加面积 320.55/320.55,达到 2/3;参加人数 4/4,达到 2/3;" +
				"“同意”面积 240.55/320.55,达到 3/4;“同意”人数 3/4,达到 3/4。表决有效,“同意”通过。依据:《民法典》第二百七十八条第六至八项。"},
	}
	book := newBook(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rule, err := book.Rule(tt.rule)
			if err != nil {
				t.Fatal(err)
			}
			result, err := Tally(Poll{Rule: rule, Options: options(t, tt.options...), Votes: votes(tt.votes...), Roll: tt.roll})
			if err != nil {
				t.Fatal(err)
			}
			if got := book.Verdict("红白事几桌", result); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestVerdict_NamesVotesOffTheRoll(t *testing.T) {
	book := newBook(t)
	rule, err := book.Rule("村民代表会议")
	if err != nil {
		t.Fatal(err)
	}
	result, err := Tally(Poll{Rule: rule, Options: options(t), Votes: append(votes(2), bot.Vote{PersonID: 99, Option: 1}), Roll: people(3)})
	if err != nil {
		t.Fatal(err)
	}
	const want = "村民代表会议“红白事几桌”:名册 3 人,参加 2 人,同意 2 票、反对 0 票、弃权 0 票,不在名册的 1 票没有计入;" +
		"参加人数 2/3,达到 2/3;“同意”人数 2/2,超过 1/2。表决有效,“同意”通过。依据:《村民委员会组织法》第二十六条。"
	if got := book.Verdict("红白事几桌", result); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestAmount(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 80_00: "80", 80_50: "80.5", 80_05: "80.05", 7: "0.07"} {
		if got := amount(n, "area"); got != want {
			t.Errorf("%d hundredths print as %s, want %s", n, got, want)
		}
	}
}
