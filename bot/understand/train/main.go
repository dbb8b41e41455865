// Command train makes the models that bot/understand and bot/topic embed, from the lines of group talk beside it and the public data sets in a folder.
//
//	go run ./bot/understand/train -data DIR [-out bot]
//
// Equal data, seed and Go version give equal bytes. What corpus.HeldBack names is never read for training.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"tongshishang/bot/understand"
	"tongshishang/bot/understand/model"
)

type settings struct {
	data, talk, out   string
	only              string
	seed              uint64
	check             int
	rows, epochs      int
	intent, category  float64
	chatWeight, group float64
	silver, titles    float64
	matter, petitions float64
	frames            float64
	talkSubjects      float64
	net               model.NetOptions
}

func main() {
	log.SetFlags(0)
	var s settings
	flag.StringVar(&s.data, "data", "", "folder with the public data sets (required)")
	flag.StringVar(&s.talk, "talk", "bot/understand/train/talk/*.txt", "files with lines of group talk")
	flag.StringVar(&s.out, "out", "bot", "folder the models are written below")
	flag.StringVar(&s.only, "only", "", "make only this file, such as understand/model.bin")
	flag.Uint64Var(&s.seed, "seed", 1, "seed of every random choice")
	flag.IntVar(&s.check, "check", -1, "a further fold to leave out, for tuning (1 to 9)")
	flag.IntVar(&s.rows, "rows", 300_000, "most n-grams kept")
	flag.IntVar(&s.epochs, "epochs", 15, "passes over the examples")
	flag.Float64Var(&s.intent, "intent-cost", 1, "cost of an error, intents")
	flag.Float64Var(&s.category, "category-cost", 3, "cost of an error, categories")
	flag.Float64Var(&s.talkSubjects, "talk-subjects", 0.2, "weight of group talk for the categories, as a share of its own")
	flag.Float64Var(&s.frames, "frame-weight", 0.15, "weight of lines grown from frames, as a share of group talk's")
	flag.Float64Var(&s.matter, "matter-cost", 1, "cost of an error, matter or not")
	flag.Float64Var(&s.petitions, "petition-weight", 1, "weight of a petition for the intents")
	flag.IntVar(&s.net.Dims, "dims", 16, "dimensions of an n-gram's embedding")
	flag.IntVar(&s.net.Hidden, "hidden", 64, "units of the hidden layer")
	flag.IntVar(&s.net.Epochs, "net-epochs", 15, "passes over the examples, layers")
	flag.Float64Var(&s.net.Rate, "rate", 0.1, "the layers' first step")
	flag.Float64Var(&s.net.Drop, "drop", 0.5, "share of n-grams left out at each look")
	flag.Float64Var(&s.chatWeight, "chat-weight", 5, "weight of everyday messages")
	flag.Float64Var(&s.group, "group-weight", 2, "weight of group talk")
	flag.Float64Var(&s.silver, "silver-weight", 0.4, "weight of labels a program gave")
	flag.Float64Var(&s.titles, "title-weight", 0.5, "weight of a petition's title alone")
	flag.Parse()
	if s.data == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(s, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(s settings, w io.Writer) error {
	began := time.Now() //nolint:forbidigo // how long it took is told, nothing depends on it
	for _, m := range []struct {
		file string
		make func(settings, io.Writer) ([]byte, error)
	}{
		{"understand/model.bin", trainReader},
		{"understand/cuts.bin", func(s settings, w io.Writer) ([]byte, error) { return trainCuts(s.data, s.talk, s.seed, w) }},
		{"topic/model.bin", func(s settings, w io.Writer) ([]byte, error) { return trainTopic(s.data, s.seed, w) }},
	} {
		if s.only != "" && s.only != m.file {
			continue
		}
		file, err := m.make(s, w)
		if err != nil {
			return fmt.Errorf("train %s: %w", m.file, err)
		}
		name := filepath.Join(s.out, filepath.FromSlash(m.file))
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			return fmt.Errorf("train: %w", err)
		}
		if err := os.WriteFile(name, file, 0o600); err != nil {
			return fmt.Errorf("train: %w", err)
		}
		fmt.Fprintf(w, "%s: %d bytes after %s, %s\n", m.file, len(file), time.Since(began).Round(time.Second), runtime.Version()) //nolint:forbidigo // as above
	}
	return nil
}

// trainReader makes the model of intents and categories.
func trainReader(s settings, w io.Writer) ([]byte, error) {
	reader, err := understand.New(understand.Options{Untrained: true})
	if err != nil {
		return nil, err
	}
	c := &collection{settings: s, reader: reader}
	if err := c.collect(); err != nil {
		return nil, err
	}
	fmt.Fprintf(w, "reader: %d examples\n", len(c.examples))
	return model.Fit(c.examples, model.Options{
		Version: "1", Seed: s.seed, Epochs: s.epochs, Least: 2, Rows: s.rows, Net: s.net,
		Heads: []model.Head{{Name: "matter", Classes: understand.MatterClasses()}, {Name: "intent", Classes: understand.Intents()},
			{Name: "category", Classes: understand.Categories()}},
		Cost: []float64{s.matter, s.intent, s.category},
	})
}
