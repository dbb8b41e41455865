// Package talk holds the lines of group talk that the model is trained on, so that a county's own model can be kept from forgetting
// them. They were written for this, in the manner of a township's groups.
package talk

import (
	"embed"
	"fmt"
	"io/fs"

	"tongshishang/bot/understand/corpus"
)

//go:embed *.txt
var files embed.FS

// Lines are all lines, in the order of the files' names.
func Lines() ([]corpus.Line, error) {
	names, err := fs.Glob(files, "*.txt")
	if err != nil {
		return nil, fmt.Errorf("talk: %w", err)
	}
	var all []corpus.Line
	for _, name := range names {
		f, err := files.Open(name)
		if err != nil {
			return nil, fmt.Errorf("talk: %w", err)
		}
		lines, err := corpus.ReadTalk(name, f)
		_ = f.Close()
		if err != nil {
			return nil, err
		}
		all = append(all, lines...)
	}
	return all, nil
}
