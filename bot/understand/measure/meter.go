package main

import (
	"io"
	"path/filepath"

	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
)

// meter measures one reader.
type meter struct {
	reader *understand.Reader
	data   string
	fold   int
	worst  int
	w      io.Writer
}

// talk measures labelled group talk: matter or not, intents, categories.
func (m *meter) talk(lines []corpus.Line) {
	intents := newTable("intent, group talk", append(understand.Intents(), "chain", "command"))
	matters := newTable("matter or not, group talk", []string{"other", "matter"})
	categories := newTable("category, 17 classes, group talk", understand.Categories())
	for _, l := range lines {
		r := m.reader.Read(l.Text)
		intents.add(l.Intent, string(r.Intent), r.Confidence, l.Text)
		matters.add(kind(understand.Intent(l.Intent)), kind(r.Intent), r.Confidence, l.Text)
		if l.Category != "" {
			categories.add(l.Category, r.Category, r.CategoryConfidence, l.Text)
		}
	}
	matters.print(m.w, 0, "matter")
	intents.print(m.w, m.worst, "")
	categories.print(m.w, m.worst, "")
}

func kind(i understand.Intent) string {
	if i.IsMatter() {
		return "matter"
	}
	return "other"
}

// sets measures the public data sets' part.
func (m *meter) sets() error {
	chat := newTable("everyday messages (chat) taken for a matter", []string{"other", "matter"})
	if err := m.each("chat", func(r corpus.Record) {
		got := m.reader.Read(r.Text)
		chat.add("other", kind(got.Intent), got.Confidence, r.Text)
	}); err != nil {
		return err
	}
	chat.print(m.w, m.worst, "")
	for _, name := range []string{"taidi_reply", "fuzhou_12345", "taidi_category"} {
		t := newTable("titles of "+name+" taken for a matter", []string{"other", "matter"})
		if err := m.each(name, func(r corpus.Record) {
			got := m.reader.Read(r.Title)
			t.add("matter", kind(got.Intent), got.Confidence, r.Title)
		}); err != nil {
			return err
		}
		t.print(m.w, m.worst, "")
	}
	seven := newTable("category, seven classes, title and text", []string{"城乡建设", "劳动和社会保障", "教育文体", "商贸旅游", "环境保护", "卫生计生", "交通运输"})
	if err := m.each("taidi_category", func(r corpus.Record) {
		got := m.reader.Read(r.Whole())
		seven.add(r.Label, got.Category, got.CategoryConfidence, r.Title)
	}); err != nil {
		return err
	}
	seven.print(m.w, m.worst, "")
	return nil
}

func (m *meter) each(set string, f func(corpus.Record)) error {
	rows, err := corpus.ReadRecords(filepath.Join(m.data, set, "train.jsonl"))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.Fold() == m.fold {
			f(r)
		}
	}
	return nil
}
