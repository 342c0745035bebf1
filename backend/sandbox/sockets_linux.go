package sandbox

import (
	"fmt"
	"math"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Where the parts of a call lie that a filter reads: struct seccomp_data of
// seccomp(2), on machines whose low byte comes first.
const (
	numberAt  = 0
	machineAt = 4
	firstAt   = 16
)

// errorAnswer makes the kernel refuse a call, as where files are refused.
const errorAnswer = unix.SECCOMP_RET_ERRNO | uint32(unix.EACCES)

// refuseSockets has the kernel refuse new sockets to this thread and what comes
// of it. Landlock alone covers TCP only. Two ways around are closed as well: the
// calls of another kind of machine, which have other numbers, and io_uring,
// which no filter sees. Netlink stays, by which programs list interfaces.
func refuseSockets() error {
	if machine == 0 {
		return fmt.Errorf("switching the network off on this kind of processor: %w", ErrUnavailable)
	}
	filter, err := bpf.Assemble([]bpf.Instruction{
		bpf.LoadAbsolute{Off: machineAt, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: machine, SkipTrue: 7},
		bpf.LoadAbsolute{Off: numberAt, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: foreignNumbers, SkipTrue: 5},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.SYS_IO_URING_SETUP, SkipTrue: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.SYS_SOCKET, SkipTrue: 2},
		bpf.LoadAbsolute{Off: firstAt, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.AF_NETLINK, SkipTrue: 1},
		bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW},
		bpf.RetConstant{Val: errorAnswer},
	})
	if err != nil {
		return fmt.Errorf("switching the network off: %w", err)
	}
	instructions := make([]unix.SockFilter, len(filter))
	for i, raw := range filter {
		instructions[i] = unix.SockFilter{Code: raw.Op, Jt: raw.Jt, Jf: raw.Jf, K: raw.K}
	}
	program := unix.SockFprog{Len: uint16(min(len(instructions), math.MaxUint16)), Filter: &instructions[0]}
	if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
		return fmt.Errorf("switching the network off: %w", err)
	}
	return nil
}
