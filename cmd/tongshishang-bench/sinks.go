package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"os"
	"strings"

	"gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
)

// journal appends a group to a file, each request with its length and checksum, and syncs once.
func journal(path string) (func(context.Context, []entry) error, func() error, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, err
	}
	var buffer []byte
	write := func(_ context.Context, group []entry) error {
		buffer = buffer[:0]
		for _, e := range group {
			buffer = binary.BigEndian.AppendUint32(buffer, uint32(len(e.body)))
			buffer = binary.BigEndian.AppendUint32(buffer, crc32.ChecksumIEEE(e.body))
			buffer = append(buffer, e.body...)
		}
		if _, err := file.Write(buffer); err != nil {
			return err
		}
		return file.Sync()
	}
	return write, file.Close, nil
}

// rawTable holds requests as they came, under a key that makes a second one impossible: the least a receiver could store.
const rawTable = "CREATE TABLE IF NOT EXISTS raw_messages (dedup_key CHAR(64) NOT NULL PRIMARY KEY, received_at BIGINT NOT NULL, body TEXT NOT NULL)"

type rawMessage struct {
	DedupKey   string
	ReceivedAt int64
	Body       string
}

func raw(e entry) rawMessage {
	sum := sha256.Sum256(e.body)
	return rawMessage{hex.EncodeToString(sum[:]), now().UnixMicro(), string(e.body)}
}

// inserts writes a group by one multi-row INSERT of plain SQL.
func inserts(ctx context.Context, url string) (func(context.Context, []entry) error, func() error, error) {
	db, err := openSQL(url)
	if err != nil {
		return nil, nil, err
	}
	if _, err := db.ExecContext(ctx, rawTable); err != nil {
		return nil, nil, err
	}
	write := func(ctx context.Context, group []entry) error {
		args := make([]any, 0, 3*len(group))
		for _, e := range group {
			r := raw(e)
			args = append(args, r.DedupKey, r.ReceivedAt, r.Body)
		}
		rows := strings.TrimSuffix(strings.Repeat("(?,?,?),", len(group)), ",")
		_, err := db.ExecContext(ctx, "INSERT INTO raw_messages (dedup_key, received_at, body) VALUES "+rows, args...) //nolint:gosec // rows are question marks
		return err
	}
	return write, db.Close, nil
}

// creates writes a group by one Create of GORM, set up as performance asks: no transaction of its own around the statement.
func creates(ctx context.Context, url string) (func(context.Context, []entry) error, func() error, error) {
	db, err := openSQL(url)
	if err != nil {
		return nil, nil, err
	}
	if _, err := db.ExecContext(ctx, rawTable); err != nil {
		return nil, nil, err
	}
	orm, err := gorm.Open(mysql.New(mysql.Config{Conn: db}), &gorm.Config{SkipDefaultTransaction: true, Logger: logger.Discard})
	if err != nil {
		return nil, nil, err
	}
	write := func(ctx context.Context, group []entry) error {
		rows := make([]rawMessage, len(group))
		for i, e := range group {
			rows[i] = raw(e)
		}
		return orm.WithContext(ctx).Create(&rows).Error
	}
	return write, db.Close, nil
}
