// Command measure prints how often package understand is right on texts it was not trained on, so that the figures of the package's
// README can be had again:
//
//	go run ./bot/understand/measure -data DIR
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"tongshishang/bot/understand"
	"tongshishang/bot/understand/corpus"
)

// The labelled messages for dividing and places: on the first lines the splitter was tuned, the others are held out.
const (
	piecesFile  = "bot/understand/testdata/pieces.jsonl"
	freshFile   = "bot/understand/testdata/pieces_fresh.jsonl" // by another hand, none of it tuned on
	freshLines  = 160
	piecesTuned = 180
	piecesLines = 360
)

func main() {
	log.SetFlags(0)
	data := flag.String("data", "", "folder with the public data sets (required)")
	talk := flag.String("talk", "bot/understand/testdata/talk_test.txt", "labelled group talk")
	file := flag.String("model", "", "a model's file instead of the embedded one")
	fold := flag.Int("fold", corpus.HeldBack, "the part of the data sets to measure on")
	worst := flag.Int("worst", 20, "how many of the surest mistakes to list")
	flag.Parse()
	if *data == "" {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(*data, *talk, *file, *fold, *worst, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(data, talk, file string, fold, worst int, w io.Writer) error {
	var opt understand.Options
	if file != "" {
		var err error
		if opt.Model, err = os.ReadFile(file); err != nil { // named by whoever measures
			return fmt.Errorf("measure: %w", err)
		}
	}
	reader, err := understand.New(opt)
	if err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	m := meter{reader: reader, data: data, fold: fold, worst: worst, w: w}
	lines, err := corpus.ReadTalkFiles(talk)
	if err != nil {
		return err
	}
	m.talk(lines)
	if err := measurePieces(piecesFile, reader, 0, piecesTuned, w); err != nil {
		return err
	}
	if err := measurePieces(piecesFile, reader, piecesTuned, piecesLines, w); err != nil {
		return err
	}
	if err := measurePieces(freshFile, reader, 0, freshLines, w); err != nil {
		return err
	}
	if err := m.sets(); err != nil {
		return err
	}
	return measureTopic(data, w)
}
