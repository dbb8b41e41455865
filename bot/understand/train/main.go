// Command train makes the models that the program embeds, from the lines of group talk beside it and the public data sets in a folder.
// So far that is bot/topic's; the reader's own follows.
//
//	go run ./bot/understand/train -data DIR [-out bot]
//
// Equal data, seed and Go version give equal bytes. What is held back is never read for training.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
)

func main() {
	log.SetFlags(0)
	data := flag.String("data", "", "folder with the public data sets (required)")
	out := flag.String("out", "bot", "folder the models are written below")
	seed := flag.Uint64("seed", 1, "seed of every random choice")
	flag.Parse()
	if *data == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*data, *out, *seed, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(data, out string, seed uint64, w io.Writer) error {
	file, err := trainTopic(data, seed, w)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	name := filepath.Join(out, "topic", "model.bin")
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	if err := os.WriteFile(name, file, 0o600); err != nil {
		return fmt.Errorf("train: %w", err)
	}
	fmt.Fprintf(w, "%s: %d bytes\n", name, len(file))
	return nil
}
