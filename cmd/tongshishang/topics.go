package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"tongshishang/bot/topic"

	"github.com/spf13/cobra"
)

func topicsCommand() *cobra.Command {
	return &cobra.Command{Use: "topics", Args: exactly(0),
		Short: `把说同一件事的消息归到一起:标准输入一行一个 {"id","text","at"},输出一行一个 {"id","topic"}`,
		Long: `把说同一件事的消息归到一起。

标准输入一行一个 JSON 对象:{"id": 编号, "text": 内容, "at": 时间}。编号是文字或数字,原样返回;时间可以不写,
也可以写成 2026-11-03 09:00、2019/2/28 11:25:05 或带时区的标准写法。空行略过,一行最多 1 MiB。
标准输出按输入的次序一行一个 {"id": 编号, "topic": 数字},数字相同的是同一件事。全部读完、归好才输出;有一行不对就
说明是第几行、怎样改,什么也不输出。`,
		Example: `  tongshishang topics < 一周消息.jsonl > 归类.jsonl`,
		RunE: func(c *cobra.Command, _ []string) error {
			matcher, err := topic.New()
			if err != nil {
				return err
			}
			return groupLines(c.InOrStdin(), c.OutOrStdout(), matcher, newProgress(c.ErrOrStderr()))
		}}
}

// topicLine is one message of the input.
type topicLine struct {
	id   []byte // a JSON string or number, as it came
	text string
	at   time.Time
}

const topicForm = `一行要写成 {"id":"1","text":"三社又停水了","at":"2026-11-03 09:00"}`

// groupLines reads all messages, of which only what comparing needs is kept, and prints the topic of each.
func groupLines(in io.Reader, out io.Writer, matcher *topic.Matcher, progress *progress) error {
	ids, docs, err := readTopicLines(in, matcher, progress)
	progress.end()
	if err != nil {
		return err
	}
	if len(docs) >= topicsShown {
		progress.show(fmt.Sprintf("归类 %d 条 …", len(docs)))
	}
	topics := matcher.Group(docs)
	progress.end()
	w := bufio.NewWriter(out)
	for i, id := range ids {
		_, _ = fmt.Fprintf(w, "{\"id\":%s,\"topic\":%d}\n", id, topics[i]+1) // Flush reports the error
	}
	return w.Flush()
}

// topicsShown is after how many messages progress is shown again.
const topicsShown = 5000

func readTopicLines(in io.Reader, matcher *topic.Matcher, progress *progress) (ids [][]byte, docs []topic.Doc, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), longestLine+1) // and the end of the line
	n := 0
	for lines.Scan() {
		n++
		text := bytes.TrimSpace(bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff")))
		if len(text) == 0 {
			continue
		}
		line, err := parseTopicLine(text)
		if err != nil {
			return nil, nil, fmt.Errorf("第 %d 行:%w;%s", n, err, topicForm)
		}
		ids = append(ids, line.id)
		docs = append(docs, matcher.Prepare(line.text).At(line.at))
		if len(docs)%topicsShown == 0 {
			progress.show(fmt.Sprintf("读了 %d 条", len(docs)))
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, nil, fmt.Errorf("第 %d 行超过 1 MiB,请拆开或截短", n+1)
	}
	if err := lines.Err(); err != nil {
		return nil, nil, fmt.Errorf("第 %d 行:%w", n+1, err)
	}
	return ids, docs, nil
}

// parseTopicLine reads one message. Fields that aren't known are left alone; a time in a form that isn't known counts as none,
// because time only helps.
func parseTopicLine(line []byte) (topicLine, error) {
	var fields struct {
		ID   json.RawMessage `json:"id"`
		Text *string         `json:"text"`
		At   json.RawMessage `json:"at"`
	}
	if line[0] != '{' {
		return topicLine{}, errors.New("不是 JSON 对象")
	}
	if err := json.Unmarshal(line, &fields); err != nil {
		if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return topicLine{}, fmt.Errorf("%s 要是文字", kind.Field)
		}
		return topicLine{}, errors.New("不是完整的 JSON 对象")
	}
	id := bytes.TrimSpace(fields.ID)
	if len(id) == 0 || id[0] != '"' && id[0] != '-' && (id[0] < '0' || id[0] > '9') {
		return topicLine{}, errors.New("缺 id,要是文字或数字")
	}
	if fields.Text == nil {
		return topicLine{}, errors.New("缺 text")
	}
	at, err := topicTime(fields.At)
	return topicLine{id: bytes.Clone(id), text: *fields.Text, at: at}, err
}

// topicTime reads a time: a string in one of the usual forms, or seconds or milliseconds since 1970.
func topicTime(raw json.RawMessage) (time.Time, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return time.Time{}, nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err == nil {
		at, _ := topic.ParseTime(text)
		return at, nil
	}
	seconds, err := strconv.ParseFloat(string(raw), 64)
	if err != nil {
		return time.Time{}, errors.New("at 要是文字或数字")
	}
	if seconds > 1e11 {
		seconds /= 1000
	}
	return time.Unix(int64(min(max(seconds, 0), 1e11)), 0), nil
}
