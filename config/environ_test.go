package config

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const twoChannels = least + `
channels:
  - {name: gz, kind: onebot12, access_token: one}
  - {name: qun-b, kind: onebot12, access_token: two}
`

func TestLoad_Environment(t *testing.T) {
	c := load(t, twoChannels,
		"PATH=/bin", "TSS_TEST_MYSQL_URL=mysql://x", "TSS_LISTEN=", "TSS_NOBODY=",
		"TSS_DATABASE_URL=mysql://u:p@h/db", "TSS_DATA_DIR=/data", "TSS_INTAKE_ANSWER_WITHIN=3s", "TSS_INTAKE_BATCH=7",
		"TSS_CHANNELS_0_API_URL=http://h0", "TSS_CHANNELS_QUN_B_ACCESS_TOKEN=three=3",
		"TSS_GROUPS_0_CHANNEL=gz", "TSS_GROUPS_0_ID=77", "TSS_GROUPS_0_UNIT=平襄镇", "TSS_GROUPS_1_CHANNEL=gz", "TSS_GROUPS_1_ID=78", "TSS_GROUPS_1_UNIT=马营镇",
	)
	if c.Listen != "127.0.0.1:8080" {
		t.Errorf("an empty variable changed listen to %q", c.Listen)
	}
	if c.Database.URL.Reveal() != "mysql://u:p@h/db" || c.DataDir != "/data" || c.Intake.AnswerWithin != 3*time.Second || c.Intake.Batch != 7 {
		t.Errorf("got %+v", c)
	}
	if c.Channels[0].APIURL != "http://h0" || c.Channels[1].AccessToken.Reveal() != "three=3" {
		t.Errorf("channels %+v", c.Channels)
	}
	if want := []Group{{"gz", "77", "平襄镇"}, {"gz", "78", "马营镇"}}; !slices.Equal(c.Groups, want) {
		t.Errorf("groups %+v, want %+v", c.Groups, want)
	}
}

func TestLoad_EnvironmentFaults(t *testing.T) {
	for _, c := range []struct{ name, variable, key, part string }{
		{"unknown", "TSS_DATABASE_ULR=mysql://u:hunter2@h/db", "TSS_DATABASE_ULR", "是不是 TSS_DATABASE_URL"},
		{"wrong type", "TSS_INTAKE_BATCH=many", "intake.batch", "环境变量 TSS_INTAKE_BATCH"},
		{"past the end of a list", "TSS_CHANNELS_3_NAME=x", "TSS_CHANNELS_3_NAME", "对不上"},
		{"out of range", "TSS_INTAKE_BATCH=0", "intake.batch", "超出范围"},
	} {
		got := faults(t, twoChannels, c.variable)
		if len(got) != 1 || got[0].Key != c.key || !strings.Contains(got.Error(), c.part) {
			t.Errorf("%s: got %v, want one problem of %s with %q", c.name, got, c.key, c.part)
		}
		if strings.Contains(got.Error(), "hunter2") {
			t.Errorf("%s: the value is shown: %v", c.name, got)
		}
	}
}

func TestLoad_EnvironmentTwoWays(t *testing.T) {
	got := faults(t, twoChannels, "TSS_CHANNELS_0_ACCESS_TOKEN=a", "TSS_CHANNELS_GZ_ACCESS_TOKEN=b")
	if len(got) != 1 || got[0].Key != "TSS_CHANNELS_GZ_ACCESS_TOKEN" {
		t.Errorf("one setting by two variables: got %v", got)
	}

	got = faults(t, least+`
channels:
  - {name: a, kind: onebot11, secret: s, app_secret: s}
  - {name: a-app, kind: onebot11, secret: s}
`, "TSS_CHANNELS_A_APP_SECRET=x")
	if len(got) != 1 || !strings.Contains(got.Error(), "channels.0.app_secret，也可以指 channels.1.secret") {
		t.Errorf("one variable for two settings: got %v", got)
	}
}

func TestLoad_EnvironmentBeatsTheOtherSource(t *testing.T) {
	file := writeFile(t, "token", "from file")
	c := load(t, least+"channels: [{name: q, kind: onebot12, access_token_file: "+file+"}]", "TSS_CHANNELS_0_ACCESS_TOKEN=from env")
	if got := c.Channels[0].AccessToken.Reveal(); got != "from env" {
		t.Errorf("variable over a file of the YAML: %q", got)
	}
	c = load(t, twoChannels, "TSS_CHANNELS_0_ACCESS_TOKEN_FILE="+file)
	if got := c.Channels[0].AccessToken.Reveal(); got != "from file" {
		t.Errorf("variable's file over a secret of the YAML: %q", got)
	}
	got := faults(t, twoChannels, "TSS_CHANNELS_0_ACCESS_TOKEN=x", "TSS_CHANNELS_0_ACCESS_TOKEN_FILE="+file)
	if len(got) != 1 || got[0].Key != "channels.0.access_token" {
		t.Errorf("both by variables: got %v", got)
	}
}
