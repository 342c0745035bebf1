// Package meta keeps what relates to one another in a store: checkpoints, how
// far its packs count, restores under way and their undo records, and what is
// about to be cleaned up. It is an SQLite database.
//
// # Promises
//
// A transaction is whole and durable once it returned (write-ahead log, synced
// at each commit), or has not happened. A database of a later version is
// refused and left alone; one that is lost or damaged is said to be, and never
// silently begun anew over existing packs. On a disk that is full it can be read
// all the same: it is then opened for each call, and for this process alone, as
// that takes no memory to share in a file.
//
// SQLite comes as zombiezen.com/go/sqlite on modernc.org/sqlite: no C compiler
// is needed, connections are plain values, and a context interrupts a check.
package meta

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/checkpoint/internal/fault"
)

// Version is the format of the store that this package writes.
const Version = 2

// What a caller may need to tell apart.
var (
	ErrNewer    = errors.New("written by a newer version")
	ErrDamaged  = errors.New("the database is damaged")
	ErrReadOnly = errors.New("the database cannot be written to")
	ErrFull     = errors.New("there is no room for the database on the disk")
)

// aloneWait is how long a call waits for others where it has to be alone.
const aloneWait = time.Second

func schema() string {
	return `
CREATE TABLE checkpoint (
	number      INTEGER PRIMARY KEY,
	id          TEXT NOT NULL UNIQUE,
	parent      TEXT NOT NULL DEFAULT '',
	reason      TEXT NOT NULL,
	session     TEXT NOT NULL DEFAULT '',
	turn        TEXT NOT NULL DEFAULT '',
	tool_call   TEXT NOT NULL DEFAULT '',
	label       TEXT NOT NULL DEFAULT '',
	created_at  INTEGER NOT NULL,
	ended_at    INTEGER NOT NULL,
	duration_ms INTEGER NOT NULL,
	root        BLOB NOT NULL,
	policy      BLOB NOT NULL,
	problems    BLOB,
	files       INTEGER NOT NULL,
	changed     INTEGER NOT NULL,
	pinned      INTEGER NOT NULL DEFAULT 0,
	head        TEXT NOT NULL DEFAULT '',
	branch      TEXT NOT NULL DEFAULT '',
	header      BLOB
);
CREATE INDEX checkpoint_unwritten ON checkpoint (number) WHERE header IS NULL;
CREATE TABLE problem_list (id BLOB PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE segment (number INTEGER PRIMARY KEY, size INTEGER NOT NULL);
CREATE TABLE restore (id TEXT PRIMARY KEY, phase TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE undo (id TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE extra (checkpoint TEXT NOT NULL, kind TEXT NOT NULL, path BLOB NOT NULL, content BLOB NOT NULL, size INTEGER NOT NULL,
	PRIMARY KEY (checkpoint, kind, path)) WITHOUT ROWID;
CREATE TABLE dead (id BLOB PRIMARY KEY) WITHOUT ROWID;
`
}

// DB is an open database. Its methods may be called from any goroutine; they
// run one at a time.
type DB struct {
	path   string
	faults *fault.Calls
	isNew  func() error

	mu    sync.Mutex   // guards what follows
	conn  *sqlite.Conn // nil between calls while there is no room
	tight bool         // there was no room at the last call
	calls int64        // made without room
	roots roots        // asked for since the last write
}

// Open opens the database at path, making it where there is none. Before it
// makes tables it asks isNew, if that is not nil, whose error is its own.
func Open(path string, faults *fault.Calls, isNew func() error) (*DB, error) {
	db := &DB{path: path, faults: faults, isNew: isNew}
	err := db.connect(false)
	if !errors.Is(err, ErrFull) {
		return db, err
	}
	db.tight = true
	done, err := db.use()
	if err != nil {
		return nil, err
	}
	done()
	return db, nil
}

// connect opens a connection. An ordinary one shares its memory with those of
// other processes in a file beside the database; one that is alone needs none,
// and keeps others out for as long as it is open.
func (db *DB) connect(alone bool) error {
	conn, err := sqlite.OpenConn(db.path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return fmt.Errorf("opening database %q: %w", db.path, explain(err, db.path))
	}
	db.conn = conn
	if err := db.prepare(alone); err != nil {
		err = fmt.Errorf("opening database %q: %w", db.path, explain(err, db.path))
		return errors.Join(err, db.disconnect())
	}
	return nil
}

func (db *DB) disconnect() error {
	conn := db.conn
	db.conn = nil
	if conn == nil {
		return nil
	}
	return conn.Close()
}

// use makes sure of a connection until done is called; the caller holds mu.
func (db *DB) use() (done func(), err error) {
	if !db.tight {
		return func() {}, nil
	}
	err = db.connect(false)
	if err == nil {
		db.tight = false // somebody has made room
		return func() {}, nil
	}
	if !errors.Is(err, ErrFull) {
		return nil, err
	}
	if err := db.connect(true); err != nil {
		return nil, err
	}
	db.calls++
	return func() { _ = db.disconnect() }, nil // what it had to say has been said
}

func (db *DB) prepare(alone bool) error {
	// Each page that a checkpoint changes is written to the log whole, so small
	// ones are better. The size counts for a new database only.
	pragmas := []string{"PRAGMA page_size=1024", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=64", "PRAGMA journal_size_limit=65536", "PRAGMA cache_size=-4096"}
	db.conn.SetBlockOnBusy()
	if alone {
		db.conn.SetBusyTimeout(aloneWait)
		if err := sqlitex.ExecuteTransient(db.conn, "PRAGMA locking_mode=EXCLUSIVE", nil); err != nil {
			return err
		}
	} else if err := db.faults.Failing("connect database"); err != nil {
		return err
	}
	// What has been lost is left as it is, to the byte.
	if version, err := db.version(); err != nil {
		return err
	} else if version == 0 && db.isNew != nil {
		if err := db.isNew(); err != nil {
			return err
		}
	}
	for _, pragma := range pragmas {
		if err := sqlitex.ExecuteTransient(db.conn, pragma, nil); err != nil {
			return err
		}
	}
	version, err := db.version()
	if err != nil {
		return err
	}
	switch {
	case version > Version:
		return fmt.Errorf("%w (its format is %d, this one writes %d)", ErrNewer, version, Version)
	case version == Version:
		return nil
	}
	if err := db.faults.Before("make database"); err != nil {
		return err
	}
	return db.make(db.isNew)
}

// make makes the tables, unless another process has just done so.
func (db *DB) make(isNew func() error) (err error) {
	end, err := sqlitex.ImmediateTransaction(db.conn)
	if err != nil {
		return err
	}
	defer end(&err)
	version, err := db.version()
	if err != nil || version != 0 {
		return err
	}
	if isNew != nil {
		if err := isNew(); err != nil {
			return err
		}
	}
	return sqlitex.ExecuteScript(db.conn, fmt.Sprintf("%s\nPRAGMA user_version=%d;", schema(), Version), nil)
}

func (db *DB) version() (int64, error) {
	var version int64
	err := sqlitex.ExecuteTransient(db.conn, "PRAGMA user_version", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		version = row.ColumnInt64(0)
		return nil
	}})
	return version, err
}

// Close lets go of the database.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.disconnect()
}

// explain finds the sentinel for an error of SQLite.
func explain(err error, path string) error {
	if atomicfile.IsFull(err) || sqlite.ErrCode(err) == sqlite.ResultIOErrSHMSize {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultFull:
		return fmt.Errorf("%w: %w", ErrFull, err)
	case sqlite.ResultCorrupt, sqlite.ResultNotADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case sqlite.ResultReadOnly:
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case sqlite.ResultCantOpen, sqlite.ResultIOErr:
		// SQLite does not say why; the file system does.
		file, openErr := os.OpenFile(path, os.O_RDWR, 0)
		if openErr == nil {
			_ = file.Close() // only opened to see that it can be
			if noRoomBeside(path) {
				return fmt.Errorf("%w: %w", ErrFull, err)
			}
			return err
		}
		if errors.Is(openErr, fs.ErrNotExist) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrReadOnly, openErr)
	}
	return err
}

// noRoomBeside tries whether a file can be made beside the database.
func noRoomBeside(path string) bool {
	const most = 64 << 10 // more than SQLite asks for at once
	at := path + ".room"
	err := os.WriteFile(at, make([]byte, most), 0o600)
	_ = os.Remove(at) // it may not even be there
	return atomicfile.IsFull(err)
}

// Changes is a number that differs once another connection has written. While
// there is no room it always does.
func (db *DB) Changes() (int64, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	done, err := db.use()
	if err != nil {
		return 0, err
	}
	defer done()
	if db.tight {
		return -db.calls, nil
	}
	return db.dataVersion()
}

// dataVersion is a number that differs once another connection has written; the
// caller holds mu.
func (db *DB) dataVersion() (int64, error) {
	var version int64
	err := sqlitex.Execute(db.conn, "PRAGMA data_version", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		version = row.ColumnInt64(0)
		return nil
	}})
	if err != nil {
		return 0, fmt.Errorf("reading the database: %w", explain(err, ""))
	}
	return version, nil
}

// Check asks SQLite whether the database is sound, and returns what is not.
func (db *DB) Check(ctx context.Context) ([]string, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	done, err := db.use()
	if err != nil {
		return nil, err
	}
	defer done()
	defer db.interruptible(ctx)()
	var found []string
	err = sqlitex.ExecuteTransient(db.conn, "PRAGMA integrity_check(20)", &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		if text := row.ColumnText(0); text != "ok" {
			found = append(found, text)
		}
		return nil
	}})
	if err != nil {
		if ctx.Err() == nil && errors.Is(explain(err, ""), ErrDamaged) {
			return append(found, err.Error()), nil
		}
		return nil, fmt.Errorf("checking the database: %w", err)
	}
	return found, nil
}

// interruptible lets ctx end what runs on the connection; the caller holds mu
// and calls what it returns.
func (db *DB) interruptible(ctx context.Context) (done func()) {
	before := db.conn.SetInterrupt(ctx.Done())
	return func() { db.conn.SetInterrupt(before) }
}

// Tx is a transaction.
type Tx struct{ db *DB }

// Write runs work in a transaction, which counts whole or not at all. Where there
// is no room for it, work may be run once more.
func (db *DB) Write(work func(tx *Tx) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.roots.known = nil // whatever work does to them
	done, err := db.use()
	if err != nil {
		return err
	}
	defer done()
	if err = db.write(work); db.tight || fault.Stop(err) || !errors.Is(err, ErrFull) {
		return err
	}
	// The files of a shared connection go with it, and leave room.
	db.tight = true
	if closed := db.disconnect(); closed != nil {
		return errors.Join(err, closed)
	}
	if db.connect(true) != nil {
		return err
	}
	err = db.write(work)
	return errors.Join(err, db.disconnect())
}

func (db *DB) write(work func(tx *Tx) error) (err error) {
	if err := db.faults.Before("begin"); err != nil {
		return fmt.Errorf("writing the database: %w", explain(err, ""))
	}
	end, err := sqlitex.ImmediateTransaction(db.conn)
	if err != nil {
		return fmt.Errorf("writing the database: %w", explain(err, ""))
	}
	err = work(&Tx{db})
	if err == nil {
		err = db.faults.Before("commit")
	}
	end(&err)
	if err != nil {
		return fmt.Errorf("writing the database: %w", explain(err, ""))
	}
	return nil
}

// Read runs work on one state of the database.
func (db *DB) Read(ctx context.Context, work func(tx *Tx) error) (err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	done, err := db.use()
	if err != nil {
		return err
	}
	defer done()
	end := sqlitex.Transaction(db.conn)
	err = work(&Tx{db})
	end(&err)
	if err != nil {
		return fmt.Errorf("reading the database: %w", explain(err, ""))
	}
	return nil
}

// exec runs one statement.
func (tx *Tx) exec(query string, arguments ...any) error {
	return sqlitex.Execute(tx.db.conn, query, &sqlitex.ExecOptions{Args: arguments})
}

// change is exec for what writes.
func (tx *Tx) change(what, query string, arguments ...any) error {
	if err := tx.db.faults.Before("%s", what); err != nil {
		return err
	}
	return tx.exec(query, arguments...)
}

// each calls row for each row of a query.
func (tx *Tx) each(query string, row func(*sqlite.Stmt) error, arguments ...any) error {
	return sqlitex.Execute(tx.db.conn, query, &sqlitex.ExecOptions{Args: arguments, ResultFunc: row})
}

// blob copies a column, which is only lent.
func blob(row *sqlite.Stmt, column int) []byte {
	out := make([]byte, row.ColumnLen(column))
	row.ColumnBytes(column, out)
	return out
}

// Spare is how many bytes of the file are free for use again, and of how many.
func (db *DB) Spare() (spare, size int64, err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	done, err := db.use()
	if err != nil {
		return 0, 0, err
	}
	defer done()
	query := "SELECT freelist_count*page_size, page_count*page_size FROM pragma_freelist_count, pragma_page_count, pragma_page_size"
	err = sqlitex.ExecuteTransient(db.conn, query, &sqlitex.ExecOptions{ResultFunc: func(row *sqlite.Stmt) error {
		spare, size = row.ColumnInt64(0), row.ColumnInt64(1)
		return nil
	}})
	if err != nil {
		return 0, 0, fmt.Errorf("reading the database: %w", explain(err, ""))
	}
	return spare, size, nil
}

// Shrink gives back what was deleted, so that nothing of it is left in the file.
func (db *DB) Shrink() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	done, err := db.use()
	if err != nil {
		return err
	}
	defer done()
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if err := db.faults.Before("shrink database"); err != nil {
			return fmt.Errorf("shrinking the database: %w", explain(err, ""))
		}
		if err := sqlitex.ExecuteTransient(db.conn, statement, nil); err != nil {
			return fmt.Errorf("shrinking the database: %w", explain(err, ""))
		}
	}
	return nil
}
