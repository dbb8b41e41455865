package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"time"

	"tongshishang/bot"
	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
	"tongshishang/config"
	"tongshishang/store"

	"github.com/spf13/cobra"
)

type correctionsFlags struct {
	config, out, pairs string
}

func correctionsCommand() *cobra.Command {
	var f correctionsFlags
	c := &cobra.Command{Use: "corrections --config 文件 --out 更正.txt [--pairs 同一件.jsonl]", Short: "导出工作人员更正过的,作训练用:号码已隐去", Args: exactly(0)}
	configFlag(c, &f.config)
	c.Flags().StringVar(&f.out, "out", "", "写到这个文件,一行一条,标题行是类型和分类")
	c.Flags().StringVar(&f.pairs, "pairs", "", "合并过的一对一对写到这个文件,一行一个 JSON")
	c.RunE = func(c *cobra.Command, _ []string) error { return exportCorrections(c, f) }
	return c
}

func exportCorrections(c *cobra.Command, f correctionsFlags) (err error) {
	if f.out == "" {
		return usageError("缺少 --out 文件")
	}
	cfg, _, s, err := openStore(c.Context(), f.config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	zone, err := cfg.Location()
	if err != nil {
		return err
	}
	var lines, pairs int
	err = writeFile(f.out, func(w io.Writer) error {
		lines, err = writeLines(c.Context(), s, cfg.County, bot.SystemClock().In(zone), w)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "%s:%d 条\n", f.out, lines)
	if f.pairs == "" {
		return nil
	}
	err = writeFile(f.pairs, func(w io.Writer) error {
		pairs, err = writePairs(c.Context(), s, w)
		return err
	})
	if err == nil {
		fmt.Fprintf(c.OutOrStdout(), "%s:%d 对\n", f.pairs, pairs)
	}
	return err
}

// lessonPage is how many corrections are read at a time.
const lessonPage = 500

// eachLesson calls yield with every correction that stands, newest first, a page in memory.
func eachLesson(ctx context.Context, s *store.Store, yield func(store.Lesson) error) error {
	for before := int64(0); ; {
		var page []store.Lesson
		err := s.Read(ctx, func(tx *store.Tx) (err error) {
			page, err = tx.Lessons(before, lessonPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, l := range page {
			if err := yield(l); err != nil {
				return err
			}
		}
		before = page[len(page)-1].ID
	}
}

// eachLine calls yield with every labelled line that the corrections give, newest first; of several about the same words only
// the newest. What is kept of each is eight bytes.
func eachLine(ctx context.Context, s *store.Store, yield func(corpus.Line) error) error {
	seen := map[uint64]bool{}
	return eachLesson(ctx, s, func(l store.Lesson) error {
		line, ok := lessonLine(&l)
		if !ok {
			return nil
		}
		h := fnv.New64a()
		_, _ = io.WriteString(h, line.Text) // a hash never fails
		if seen[h.Sum64()] {
			return nil
		}
		seen[h.Sum64()] = true
		return yield(line)
	})
}

// lessonLine is what a correction says of its words; false when it says nothing of intent and category. The category is given
// only where a person has settled it: the model would learn its own guess.
func lessonLine(l *store.Lesson) (corpus.Line, bool) {
	text, _ := understand.Mask(l.Text)
	line := corpus.Line{Text: text}
	switch l.Field {
	case bot.CorrectMatter:
		if l.After == "" {
			line.Intent = string(understand.IntentChat)
			return line, text != ""
		}
	case bot.CorrectCategory, bot.CorrectKind:
	default:
		return line, false
	}
	line.Intent = intentOf(l.Kind)
	if l.Sorted && l.Kind != bot.IssuePraise {
		line.Category, line.Second = l.Category, l.Subcategory
	}
	return line, text != "" && line.Intent != ""
}

// intentOf is how an issue of the kind reads: complaints and reports are appeals.
func intentOf(kind bot.IssueKind) string {
	switch kind {
	case bot.IssueComplaint, bot.IssueReport:
		return string(bot.IssueAppeal)
	}
	return string(kind)
}

// writeLines writes the labelled lines and returns how many.
func writeLines(ctx context.Context, s *store.Store, county config.County, now time.Time, w io.Writer) (n int, err error) {
	out := corpus.NewTalkWriter(w, fmt.Sprintf("%s(%s)更正,%s 导出", county.Name, county.Code, now.Format(time.DateOnly)))
	err = eachLine(ctx, s, func(l corpus.Line) error {
		n++
		out.Write(l)
		return nil
	})
	return n, errors.Join(err, out.Flush())
}

// samePair is two texts that a clerk took for one matter.
type samePair struct {
	A    string `json:"a"`
	B    string `json:"b"`
	Same int    `json:"same"`
}

// writePairs writes the merged issues' words, one JSON object a line, and returns how many.
func writePairs(ctx context.Context, s *store.Store, w io.Writer) (n int, err error) {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err = eachLesson(ctx, s, func(l store.Lesson) error {
		if l.Field != bot.CorrectSame {
			return nil
		}
		n++
		a, _ := understand.Mask(l.Text)
		b, _ := understand.Mask(l.OtherText)
		return enc.Encode(samePair{a, b, 1})
	})
	return n, errors.Join(err, out.Flush())
}
