package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tongshishang/bot"
	"tongshishang/store"

	"github.com/spf13/cobra"
)

// keysNote goes with every backup: without the keys it is half of one.
const keysNote = "密钥不在备份里:data_dir 的 keys.yaml(或配置里的 keys)要另外保管,没有它,备份里的电话、证件号和私密消息谁也读不出来"

func backupCommand() *cobra.Command {
	var path, out string
	c := &cobra.Command{Use: "backup --config 文件 --out 文件.tar.gz", Short: "把整个数据库备份成一个文件,服务不用停", Args: exactly(0)}
	configFlag(c, &path)
	c.Flags().StringVar(&out, "out", "", "备份写到哪里;已有的文件不会被覆盖")
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if out == "" {
			return usageError("缺少 --out 文件.tar.gz")
		}
		_, _, s, err := openStore(c.Context(), path)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		progress := newProgress(c.ErrOrStderr())
		m, err := backUp(c.Context(), s, out, progress.tell)
		progress.end()
		if err != nil {
			return err
		}
		return tellBackup(c.OutOrStdout(), out, &m)
	}
	return c
}

// backUp writes the backup beside its place, reads it back whole, and only then gives it its name, so that a file under that name
// is always a whole backup.
func backUp(ctx context.Context, s *store.Store, out string, tell func(store.BackupStep)) (m store.Manifest, err error) {
	if _, err := os.Lstat(out); !errors.Is(err, os.ErrNotExist) {
		return m, fmt.Errorf("%s 已经有了,换一个名字", out)
	}
	file, err := os.CreateTemp(filepath.Dir(out), "."+filepath.Base(out)+"-*") // mode 0600
	if err != nil {
		return m, fmt.Errorf("备份写不了: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }() // it is still there only if it couldn't be finished
	m, err = s.Backup(ctx, file, tell)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = store.CheckBackup(file)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return m, fmt.Errorf("备份没有写成: %w", err)
	}
	if err := os.Rename(file.Name(), out); err != nil {
		return m, fmt.Errorf("备份没有写成: %w", err)
	}
	return m, syncFolder(filepath.Dir(out))
}

// syncFolder makes a file's new name survive a power cut.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("备份的文件夹: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("备份的文件夹: %w", err)
	}
	return nil
}

func tellBackup(w io.Writer, out string, m *store.Manifest) error {
	info, err := os.Stat(out)
	if err != nil {
		return fmt.Errorf("备份: %w", err)
	}
	_, err = fmt.Fprintf(w, "已备份到 %s:%s,%.1f MiB,已读回核对\n%s\n", out, contents(m), float64(info.Size())/(1<<20), keysNote)
	return err
}

// contents sums a backup up in a line.
func contents(m *store.Manifest) string {
	return fmt.Sprintf("库表版本 %d,%d 张表,%d 行(消息 %d、事项 %d、选票 %d),审计链 %d 条", m.Schema, len(m.Tables), m.Rows(),
		m.RowsOf("messages"), m.RowsOf("issues"), m.RowsOf("votes"), len(m.Chains))
}

func restoreCommand() *cobra.Command {
	var path string
	var lostKeys bool
	c := &cobra.Command{Use: "restore 文件.tar.gz --config 文件", Short: "把备份恢复到刚建好表的空数据库,并逐行核对", Args: exactly(1)}
	configFlag(c, &path)
	c.Flags().BoolVar(&lostKeys, "lost-keys", false, "备份时的密钥找不回来了也恢复:已加密的内容从此读不出来")
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		cfg, _, err := loadConfig(path)
		if err != nil {
			return err
		}
		file, err := os.Open(args[0])
		if err != nil {
			return fmt.Errorf("打不开备份: %w", err)
		}
		defer func() { _ = file.Close() }() // it was only read
		s, err := connect(c.Context(), cfg, bot.SystemClock, newLogger(cfg, os.Stderr), nil)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		progress := newProgress(c.ErrOrStderr())
		done, err := s.Restore(c.Context(), file, store.RestoreOptions{LostKeys: lostKeys, Tell: progress.tell})
		progress.end()
		if err != nil {
			return restoreFailed(err)
		}
		return tellRestored(c.OutOrStdout(), &done)
	}
	return c
}

// restoreFailed says what to do about a restore that was refused or broke off.
func restoreFailed(err error) error {
	hint := "再运行一次同样的命令,会接着做完;做完以前 serve 不会启动"
	switch {
	case errors.Is(err, store.ErrBackupDamaged):
		hint = "文件坏了,或者不是备份;换一份备份"
	case errors.Is(err, store.ErrNotEmpty):
		hint = "数据库里已经有数据:另建一个空库,先 migrate,再恢复"
	case errors.Is(err, store.ErrSchemaOld):
		hint = "先运行 tongshishang migrate"
	case errors.Is(err, store.ErrBackupSchema), errors.Is(err, store.ErrSchemaNew):
		hint = "用做备份的那个版本的程序建库(migrate)、恢复,再换新程序 migrate"
	case errors.Is(err, store.ErrBackupKeys):
		hint = "先把备份时的 keys.yaml 放回 data_dir(或把 keys 写回配置);真找不回来了,加 --lost-keys"
	}
	return fmt.Errorf("恢复没有完成:%s\n%w", hint, err)
}

func tellRestored(w io.Writer, done *store.Restored) error {
	from := ""
	if done.Resumed > 0 {
		from = "(接着上次中断的地方)"
	}
	if _, err := fmt.Fprintf(w, "已恢复%s %s 的备份:%s\n每张表的行数和摘要与备份一致,核对了 %d 条审计记录\n", from,
		done.MadeAt.Format(time.RFC3339), contents(&done.Manifest), done.Audited); err != nil {
		return err
	}
	if len(done.Faults) > 0 {
		f := done.Faults[0]
		return fmt.Errorf("数据已恢复,但审计链在做备份时就不完整:%d 处,第一处在链 %d 第 %d 条(%s)", len(done.Faults), f.Chain, f.Seq, f.Reason)
	}
	return nil
}

// progress shows on a terminal how far the work has come, on one line that is written over; elsewhere it is silent.
type progress struct {
	w     io.Writer
	shown bool
}

func newProgress(w io.Writer) *progress { return &progress{w: w} }

func (p *progress) tell(s store.BackupStep) {
	what := ""
	if s.Checking {
		what = "核对 "
	}
	p.show(fmt.Sprintf("%s%s %d 行", what, s.Table, s.Rows))
}

func (p *progress) show(line string) {
	if isTerminal(p.w) {
		fmt.Fprintf(p.w, "\r\x1b[K%s", line)
		p.shown = true
	}
}

func (p *progress) end() {
	if p.shown {
		fmt.Fprintln(p.w)
	}
}
