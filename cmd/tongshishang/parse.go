package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"tongshishang/bot/understand"

	"github.com/spf13/cobra"
)

func parseCommand() *cobra.Command {
	return &cobra.Command{Use: "parse", Short: "读懂一行一条的消息:标准输入进,一行一个 JSON 出", Args: exactly(0),
		RunE: func(c *cobra.Command, _ []string) error {
			reader, err := understand.New(understand.Options{CommandAliases: []string{"help"}})
			if err != nil {
				return err
			}
			return parseLines(c.InOrStdin(), c.OutOrStdout(), reader)
		}}
}

// longestLine bounds a message, so that any input runs in constant memory.
const longestLine = 1 << 20

// parseLines reads one message a line.
func parseLines(in io.Reader, out io.Writer, reader *understand.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	n := 0
	for lines.Scan() {
		n++
		if err := enc.Encode(reader.Read(strings.TrimSuffix(lines.Text(), "\r"))); err != nil {
			return fmt.Errorf("第 %d 行:%w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return errors.Join(fmt.Errorf("第 %d 行:%w", n+1, err), w.Flush())
	}
	return w.Flush()
}
