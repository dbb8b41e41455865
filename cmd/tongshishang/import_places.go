package main

import (
	"context"
	"fmt"
	"io"

	"tongshishang/bot/member"
	"tongshishang/bot/report"
	"tongshishang/config"
	"tongshishang/store"

	"github.com/spf13/cobra"
)

func placesCommand() *cobra.Command {
	return importOf(&importing{}, &cobra.Command{Use: "places 文件 --config 文件 [--dry-run]",
		Short: "导入地名库;表头 code,name,kind,unit,parent,aliases"}, importPlaces)
}

func importPlaces(ctx context.Context, out io.Writer, in importing) error {
	return in.work(ctx, func(_ *config.Config, _ *config.Rules, s *store.Store, lines []report.Line) error {
		var count member.PlaceCount
		err := in.write(ctx, s, func(tx *store.Tx) (err error) {
			count, err = member.ImportPlaces(tx, lines, operator())
			return err
		})
		if err != nil {
			return in.failed(err)
		}
		if err := in.tell(out, "地名", count.Count); err != nil || count.Kept == 0 {
			return err
		}
		_, err = fmt.Fprintf(out, "另有 %d 个地名不在这个文件里,照旧保留;不再用的写上原来的编码,类型写 retired(停用)\n", count.Kept)
		return err
	})
}
