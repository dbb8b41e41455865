// Command measure prints how often package understand is right on a folder of labelled and unlabelled messages. It exists so
// that the figures of the package's README can be had again.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"tongshishang/bot/understand"
)

type row struct {
	Text     string `json:"text"`
	Title    string `json:"title"`
	Intent   string `json:"intent"`
	Category string `json:"category"`
	Label    string `json:"label"`
}

func main() {
	data := flag.String("data", "", "folder with group_talk, chat, taidi_reply, fuzhou_12345 and taidi_category")
	own := flag.String("own", "", "one more labelled file (text, intent, category)")
	verbose := flag.Bool("v", false, "print what is read wrong")
	flag.Parse()
	if *data == "" && *own == "" {
		fmt.Fprintln(os.Stderr, "measure: -data DIR or -own FILE is needed")
		os.Exit(2)
	}
	if err := run(*data, *own, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(data, own string, verbose bool) error {
	reader, err := understand.New(understand.Options{})
	if err != nil {
		return err
	}
	m := meter{reader, verbose}
	if own != "" {
		if err := m.labelled(own); err != nil {
			return err
		}
	}
	if data == "" {
		return nil
	}
	if err := m.labelled(filepath.Join(data, "group_talk", "sample.jsonl")); err != nil {
		return err
	}
	if err := m.quiet(filepath.Join(data, "chat", "train.jsonl")); err != nil {
		return err
	}
	for _, name := range []string{"taidi_reply", "fuzhou_12345", "taidi_category"} {
		if err := m.matters(filepath.Join(data, name, "train.jsonl")); err != nil {
			return err
		}
	}
	return nil
}

type meter struct {
	reader  *understand.Reader
	verbose bool
}

// labelled counts right intents and, where both agree that it is a matter, right categories.
func (m meter) labelled(file string) error {
	rows, err := load(file)
	if err != nil {
		return err
	}
	intents, categories, with := 0, 0, 0
	for _, r := range rows {
		got := m.reader.Read(r.Text)
		if string(got.Intent) == r.Intent {
			intents++
		} else {
			m.show(r, got)
		}
		if r.Category != "" {
			with++
			if got.Category == r.Category {
				categories++
			} else if string(got.Intent) == r.Intent {
				m.show(r, got)
			}
		}
	}
	fmt.Printf("%s: intents right %s, categories right %s\n", file, share(intents, len(rows)), share(categories, with))
	return nil
}

// quiet counts how many everyday messages are taken for a matter, in both halves of the file.
func (m meter) quiet(file string) error {
	rows, err := load(file)
	if err != nil {
		return err
	}
	half := len(rows) / 2
	wrong := [2]int{}
	for i, r := range rows {
		if got := m.reader.Read(r.Text); got.Intent.IsMatter() {
			wrong[min(1, i/half)]++
			m.show(r, got)
		}
	}
	fmt.Printf("%s: taken for a matter: first half %s, second half %s\n", file, share(wrong[0], half), share(wrong[1], len(rows)-half))
	return nil
}

// matters counts how many titles of petitions are recognised as a matter, and the categories where they are labelled.
func (m meter) matters(file string) error {
	rows, err := load(file)
	if err != nil {
		return err
	}
	found, right, labelled := 0, 0, 0
	for _, r := range rows {
		got := m.reader.Read(strings.TrimSpace(r.Title))
		if got.Intent.IsMatter() {
			found++
		} else {
			m.show(r, got)
		}
		if r.Label != "" {
			labelled++
			if got.Category == r.Label {
				right++
			}
		}
	}
	fmt.Printf("%s: titles taken for a matter %s", file, share(found, len(rows)))
	if labelled > 0 {
		fmt.Printf(", category right %s", share(right, labelled))
	}
	fmt.Println()
	return nil
}

func (m meter) show(r row, got understand.Reading) {
	if m.verbose {
		fmt.Printf("  %s %s | %s -> %s %s %.2f %v\n", strings.TrimSpace(r.Title+r.Text), r.Intent, r.Category+r.Label, got.Intent, got.Category, got.Confidence, got.Why)
	}
}

func share(n, of int) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%d of %d (%.1f %%)", n, of, 100*float64(n)/float64(of))
}

func load(file string) ([]row, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open data: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	var rows []row
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s line %d: %w", file, len(rows)+1, err)
		}
		if strings.TrimSpace(r.Title) != "" {
			r.Text = ""
		}
		rows = append(rows, r)
	}
	return rows, lines.Err()
}
