package config

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// checker collects the problems of a configuration whose types are right already.
type checker struct {
	problems Problems
}

func (k *checker) add(key, value, reason, mend string) {
	k.problems = append(k.problems, Problem{Key: key, Value: value, Reason: reason, Mend: mend})
}

// check finds what is wrong with the values of a decoded and completed configuration.
func check(c *Config) Problems {
	k := &checker{}
	k.server(c)
	k.stores(c)
	k.channels(c.Channels)
	k.groups(c)
	k.keys(c.Keys)
	k.llm(c.LLM)
	k.amounts(c)
	return k.problems
}

// The forms of names that become part of issue numbers, paths and variables.
var (
	countyCode  = regexp.MustCompile(`^[A-Z]{1,8}$`)
	channelName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,31}$`)
)

func (k *checker) server(c *Config) {
	if err := checkListen(c.Listen); err != nil {
		k.add("listen", c.Listen, err.Error(), "写成 127.0.0.1:8080 这样")
	}
	if err := checkHTTP(c.PublicURL); err != nil {
		k.add("public_url", shownURL(c.PublicURL), err.Error(), "写上外面能打开的网址，如 https://tss.example.org")
	}
	if _, err := c.Location(); err != nil || c.Timezone == "" {
		k.add("timezone", c.Timezone, "没有这个时区", "写成 Asia/Shanghai")
	}
	if c.DataDir == "" {
		k.add("data_dir", "", "没有写数据文件夹", "写成 /var/lib/tongshishang")
	}
	if !countyCode.MatchString(c.County.Code) {
		k.add("county.code", c.County.Code, "要是 1 到 8 个大写字母", "写县名的拼音首字母，如 TW")
	}
	if c.County.Name == "" {
		k.add("county.name", "", "没有写县名", "写成 通渭县")
	}
	if c.Pprof.Listen != "" {
		if err := checkLoopback(c.Pprof.Listen); err != nil {
			k.add("pprof.listen", c.Pprof.Listen, err.Error(), "写成 127.0.0.1:6060，或留空关掉")
		}
	}
	k.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	k.oneOf("log.format", c.Log.Format, "json", "text")
}

func (k *checker) oneOf(key, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		k.add(key, value, "没有这个取值", fmt.Sprintf("写成 %q 里的一个", allowed))
	}
}

func (k *checker) stores(c *Config) {
	if url := c.Database.URL; url == "" {
		k.add("database.url", "", "没有写数据库地址", `写 mysql://用户:密码@127.0.0.1:3306/tongshishang，单机试用写 sqlite:///路径/tss.db`)
	} else if err := checkDatabase(url.Reveal()); err != nil {
		k.add("database.url", maskURL(url), err.Error(), `写成 mysql://用户:密码@主机:3306/库名 或 sqlite:///路径/tss.db`)
	}
	if url := c.Redis.URL; url == "" {
		k.add("redis.url", "", "没有写 Redis 地址", "写 redis://127.0.0.1:6379/0，单机试用写 embedded:")
	} else if err := checkRedis(url.Reveal()); err != nil {
		k.add("redis.url", maskURL(url), err.Error(), "写成 redis://主机:6379/0，或 redis+sentinel://主机:端口,主机:端口/主节点/0")
	}
}

func (k *checker) channels(list []Channel) {
	seen := map[string]int{}
	for i, ch := range list {
		key := fmt.Sprintf("channels.%d", i)
		first, twice := seen[ch.Name]
		switch {
		case !channelName.MatchString(ch.Name):
			k.add(key+".name", ch.Name, "缺少名字或写法不对", "用字母开头，只用字母、数字、_ 和 -，最多 32 个")
		case twice:
			k.add(key+".name", ch.Name, fmt.Sprintf("和 channels.%d 重名", first), "换一个名字")
		default:
			seen[ch.Name] = i
		}
		k.channel(key, ch)
	}
}

func (k *checker) channel(key string, ch Channel) {
	switch ch.Kind {
	case KindOfficialAccount:
		k.officialAccount(key, ch)
	case KindOneBot11:
		k.secret(key+".secret", ch.Secret, "没有它谁都能冒充群里的人发消息；和机器人框架里的 secret 写成一样")
		k.oneBotURL(key, ch.APIURL)
	case KindOneBot12:
		k.secret(key+".access_token", ch.AccessToken, "没有它谁都能冒充群里的人发消息；和机器人框架里的 access_token 写成一样")
		k.oneBotURL(key, ch.APIURL)
	default:
		k.add(key+".kind", string(ch.Kind), "缺少种类或没有这种通道",
			fmt.Sprintf("写成 %s、%s 或 %s", KindOfficialAccount, KindOneBot11, KindOneBot12))
	}
}

func (k *checker) officialAccount(key string, ch Channel) {
	if ch.AppID == "" {
		k.add(key+".app_id", "", "公众号缺少 app_id", "照公众平台“开发接口管理”里的 AppID 写")
	}
	k.secret(key+".app_secret", ch.AppSecret, "照公众平台“开发接口管理”里的 AppSecret 写")
	k.secret(key+".token", ch.Token, "照公众平台“服务器配置”里的 Token 写")
	k.oneOf(key+".mode", string(ch.Mode), string(ModeSafe), string(ModeCompatible), string(ModePlain))
	if ch.EncodingAESKey != "" {
		k.encodingKey(key+".encoding_aes_key", ch.EncodingAESKey)
	} else if ch.Mode != ModePlain {
		k.secret(key+".encoding_aes_key", "", "安全和兼容模式要有，照公众平台“服务器配置”里的 EncodingAESKey 写")
	}
	if err := checkHTTP(ch.APIBase); err != nil {
		k.add(key+".api_base", shownURL(ch.APIBase), err.Error(), "写成 "+officialAPI)
	}
}

func (k *checker) secret(key string, value Secret, mend string) {
	if value == "" {
		k.add(key, "", "缺少密钥", mend+"，或用 "+key+fileSuffix+" 指向文件")
	}
}

// encodingKey checks an EncodingAESKey. Its 43rd character may carry two stray bits, so strict base64 would refuse good keys.
func (k *checker) encodingKey(key string, value Secret) {
	bytes, err := base64.StdEncoding.DecodeString(value.Reveal() + "=")
	if len(value) != 43 || err != nil || len(bytes) != keyBytes {
		k.add(key, value.String(), fmt.Sprintf("有 %d 个字符，要是 43 个字母或数字", len(value)), "照公众平台“服务器配置”里的 EncodingAESKey 重抄")
	}
}

// oneBotURL checks where actions go; a channel without it answers but never speaks first.
func (k *checker) oneBotURL(key, url string) {
	if url == "" {
		return
	}
	if err := checkHTTP(url); err != nil {
		k.add(key+".api_url", shownURL(url), err.Error(), "写成 http://127.0.0.1:5700 这样；不主动发消息就删掉")
	}
}

func (k *checker) groups(c *Config) {
	type place struct{ channel, id string }
	seen := map[place]int{}
	for i, g := range c.Groups {
		key := fmt.Sprintf("groups.%d", i)
		at := slices.IndexFunc(c.Channels, func(ch Channel) bool { return ch.Name == g.Channel })
		switch {
		case at < 0:
			k.add(key+".channel", g.Channel, "没有这个名字的通道", "写 channels 里有的名字")
		case c.Channels[at].Kind == KindOfficialAccount:
			k.add(key+".channel", g.Channel, "公众号没有群", "写机器人通道的名字")
		}
		if first, twice := seen[place{g.Channel, g.ID}]; twice {
			k.add(key+".id", g.ID, fmt.Sprintf("和 groups.%d 是同一个群", first), "一个群只绑一个单位，删掉一条")
		}
		seen[place{g.Channel, g.ID}] = i
		if g.ID == "" {
			k.add(key+".id", "", "缺少群号", "照通道里的群 id 写，数字或文字都行")
		}
		if g.Unit == "" {
			k.add(key+".unit", "", "缺少单位", "写乡镇或社区的名称，如 平襄镇")
		}
	}
}

// keys checks the keys block: whole or absent, since generated keys beside given ones would be lost with the data folder.
func (k *checker) keys(keys Keys) {
	if keys.absent() {
		return
	}
	const mend = "用 openssl rand -base64 32 生成；整段 keys 不写就自动生成"
	if len(keys.Encryption) == 0 {
		k.add("keys.encryption", "", "缺少加密密钥", mend)
	}
	seen := map[string]bool{}
	for i, e := range keys.Encryption {
		key := fmt.Sprintf("keys.encryption.%d", i)
		if e.ID == "" || seen[e.ID] {
			k.add(key+".id", e.ID, "缺少编号或编号重复", "每把密钥一个编号，如 k2026，用过的不要再给别的密钥")
		}
		seen[e.ID] = true
		k.key(key+".key", e.Key, mend)
	}
	k.key("keys.lookup", keys.Lookup, mend)
	k.key("keys.links", keys.Links, mend)
}

// llm checks the language model's block; without an address it is off, and what else is written there is only held to its form.
func (k *checker) llm(l LLM) {
	if l.URL != "" {
		if err := checkHTTP(l.URL); err != nil {
			k.add("llm.url", shownURL(l.URL), err.Error(), "写成 https://主机/v1 这样；不用就留空")
		}
		if l.Model == "" {
			k.add("llm.model", "", "写了 llm.url 就要写模型的名字", "照服务商给的名字写")
		}
	}
	within(k, "llm.timeout", l.Timeout, time.Second, 2*time.Minute)
	within(k, "llm.daily_requests", l.DailyRequests, 0, 1_000_000)
	within(k, "llm.daily_tokens", l.DailyTokens, 0, 1_000_000_000)
	within(k, "llm.below", l.Below, 0, 1)
}

func (k *checker) key(key string, value Secret, mend string) {
	if _, err := value.Key(); err != nil {
		k.add(key, value.String(), "要是 32 字节的 base64，共 44 个字符", mend)
	}
}

// amounts checks the numbers and durations.
func (k *checker) amounts(c *Config) {
	within(k, "database.max_open_conns", c.Database.MaxOpenConns, 1, 1000)
	within(k, "intake.answer_within", c.Intake.AnswerWithin, 100*time.Millisecond, time.Minute)
	within(k, "intake.batch", c.Intake.Batch, 1, 1000)
	within(k, "intake.writers", c.Intake.Writers, 1, 64)
	within(k, "intake.queue", c.Intake.Queue, c.Intake.Batch, 1_000_000)
	within(k, "intake.lane_queue", c.Intake.LaneQueue, 1, 1_000_000)
	within(k, "intake.stuck_after", c.Intake.StuckAfter, time.Second, time.Hour)
	within(k, "intake.clock_skew", c.Intake.ClockSkew, time.Second, 24*time.Hour)
	within(k, "intake.spool_mib", c.Intake.SpoolMiB, 0, 1_000_000)
	within(k, "outbox.workers", c.Outbox.Workers, 1, 64)
	within(k, "outbox.per_channel", c.Outbox.PerChannel, 1, 64)
	within(k, "outbox.poll", c.Outbox.Poll, 10*time.Millisecond, 5*time.Second)
	within(k, "outbox.timeout", c.Outbox.Timeout, 100*time.Millisecond, 15*time.Second) // with its margin and the poll it is 30 s until another instance sends
	within(k, "outbox.attempts", c.Outbox.Attempts, 1, 100)
	within(k, "outbox.backoff_base", c.Outbox.BackoffBase, time.Millisecond, time.Hour)
	within(k, "outbox.backoff_max", c.Outbox.BackoffMax, c.Outbox.BackoffBase, 24*time.Hour)
	within(k, "archive.keep_months", c.Archive.KeepMonths, 1, 1200)
	within(k, "archive.forget_months", c.Archive.ForgetMonths, 0, 1200)
	within(k, "drain_for", c.DrainFor, 0, 5*time.Minute)
	within(k, "shutdown_within", c.ShutdownWithin, time.Second, 5*time.Minute)
}

// within checks that a number or duration is in its range, ends included.
func within[T cmp.Ordered](k *checker, key string, value, low, high T) {
	if value < low || value > high {
		k.add(key, fmt.Sprint(value), "超出范围", fmt.Sprintf("写 %v 到 %v 之间的值", low, high))
	}
}
