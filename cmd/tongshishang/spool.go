package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tongshishang/bot/intake"
	"tongshishang/bot/understand"
	"tongshishang/config"

	"github.com/spf13/cobra"
)

func spoolCommand() *cobra.Command {
	var path, drop string
	var list, retry bool
	c := &cobra.Command{Use: "spool --config 文件 [--list | --retry | --drop 编号]", Short: "看、重试或丢掉数据库存不下而搁置的消息;先停下服务", Args: exactly(0)}
	configFlag(c, &path)
	c.Flags().BoolVar(&list, "list", false, "列出搁置的消息(不写就是它)")
	c.Flags().BoolVar(&retry, "retry", false, "全部放回去,服务下次启动时再办一次")
	c.Flags().StringVar(&drop, "drop", "", "丢掉这个编号的一条,找不回来")
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if list && retry || drop != "" && (list || retry) {
			return usageError("--list、--retry、--drop 一次只写一个")
		}
		cfg, _, err := loadConfig(path)
		if err != nil {
			return err
		}
		spool, err := existingSpool(cfg)
		if err != nil || spool == nil {
			return tellNoSpool(c.OutOrStdout(), cfg, err)
		}
		defer func() { err = errors.Join(err, spool.Close()) }()
		switch {
		case retry:
			return reviveAside(c.OutOrStdout(), spool)
		case drop != "":
			return dropAside(c.OutOrStdout(), spool, drop)
		}
		return listAside(c.OutOrStdout(), cfg, spool)
	}
	return c
}

// existingSpool opens the spool of an installation whose service isn't running. It is nil where there is none: opening would make one,
// perhaps as another user.
func existingSpool(cfg *config.Config) (*intake.Spool, error) {
	path := spoolPath(cfg)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	keys, err := keyring(cfg)
	if err != nil {
		return nil, err
	}
	return intake.OpenSpool(path, keys, 0)
}

func tellNoSpool(w io.Writer, cfg *config.Config, err error) error {
	if errors.Is(err, intake.ErrSpoolInUse) {
		return fmt.Errorf("服务正在运行,占着 %s:先停下服务(systemctl stop tongshishang),弄完再启动", spoolPath(cfg))
	}
	if err == nil {
		fmt.Fprintf(w, "没有 %s:这里没有暂存过消息\n", spoolPath(cfg))
	}
	return err
}

func listAside(w io.Writer, cfg *config.Config, spool *intake.Spool) error {
	zone, err := cfg.Location()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "等着补办 %d 条,搁置 %d 条\n", spool.Len(), spool.Dead())
	return spool.EachAside(func(a intake.Aside) { fmt.Fprintln(w, asideLine(a, zone)) })
}

// longestShown is how many characters of a message are shown: enough to know it by.
const longestShown = 40

func beginning(text string) string {
	if shown := []rune(text); len(shown) > longestShown {
		return string(shown[:longestShown]) + "…"
	}
	return text
}

// asideLine is what an operator may see of a message: where and when, and its beginning, without phones and other numbers.
func asideLine(a intake.Aside, zone *time.Location) string {
	if a.Err != nil {
		return fmt.Sprintf("%d  读不出来:%v", a.ID, a.Err)
	}
	m := a.Message
	place := "私聊"
	if m.Group != "" {
		place = "群 " + m.Group
	}
	text, _ := understand.Mask(m.Text)
	return fmt.Sprintf("%d  %s  %s %s  %s  %s", a.ID, m.ReceivedAt.In(zone).Format(time.DateTime), m.Channel, printable(place), printable(string(m.Kind)), beginning(printable(text)))
}

// printable is a text as one line that can't play tricks on a terminal.
func printable(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }), " ")
}

func reviveAside(w io.Writer, spool *intake.Spool) error {
	n, err := spool.Revive()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "放回 %d 条,服务启动后再办", n)
	if left := spool.Dead(); left > 0 {
		fmt.Fprintf(w, ";%d 条读不出来,仍搁置着", left)
	}
	fmt.Fprintln(w)
	return nil
}

func dropAside(w io.Writer, spool *intake.Spool, id string) error {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return usageError(fmt.Sprintf("--drop 后面写 --list 列出的编号,%q 不是", id))
	}
	found, err := spool.Drop(n)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("没有编号是 %d 的", n)
	}
	fmt.Fprintf(w, "丢掉了 %d,还搁置着 %d 条\n", n, spool.Dead())
	return nil
}

// checkSpool counts what waits on the local disk. The service holds the file, so while it runs the service itself is asked.
func checkSpool(cfg *config.Config) (string, error) {
	spool, err := existingSpool(cfg)
	switch {
	case errors.Is(err, intake.ErrSpoolInUse):
		return "服务正在运行,条数看 /metrics 的 tss_spool_messages 和 tss_spool_dead", nil
	case err != nil:
		return "", err
	case spool == nil:
		return "没有", nil
	}
	waiting, dead := spool.Len(), spool.Dead()
	if dead > 0 {
		err = fmt.Errorf("%d 条消息数据库存不下,搁置着;停下服务,用 tongshishang spool 看", dead)
	}
	return fmt.Sprintf("待补办 %d 条", waiting), errors.Join(err, spool.Close())
}
