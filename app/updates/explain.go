package updates

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/keel-ide/keel/backend/atomicfile"
	"github.com/keel-ide/keel/backend/update"
)

// refused tells whether the feed has answered, and its answer cannot be believed.
func refused(err error) bool {
	return errors.Is(err, update.ErrSignature) || errors.Is(err, update.ErrExpired) || errors.Is(err, update.ErrRollback)
}

// Explain says in words for a person why a version that waited was not put in place.
// The hint is empty where there is nothing particular to do.
func Explain(err error) (message, hint string) {
	if message, hint, ok := explainDisk(err); ok {
		return message, hint
	}
	if errors.Is(err, update.ErrChanged) {
		return explain(update.ErrChanged)
	}
	return fmt.Sprintf("It did not work: %v.", err), ""
}

// explain says an error in words for a person: what happened and what is safe, and
// what to do.
func explain(err error) (message, hint string) {
	if message, hint, ok := explainDisk(err); ok {
		return message, hint
	}
	for _, known := range []struct {
		err           error
		message, hint string
	}{
		{update.ErrSignature, "What the update feed says is not signed by Keel, so nothing of it was used.", "Somebody on the way may have changed it. Try again on another network; this Keel stays as it is."},
		{update.ErrExpired, "What the update feed says is too old to be relied on, so nothing of it was used.", "Look at this machine's clock, or try again later; this Keel stays as it is."},
		{update.ErrRollback, "The update feed offers a version that is older than one it has offered before, so nothing of it was used.", "Somebody on the way may have put an old answer in place of the present one. Try again on another network; this Keel stays as it is."},
		{update.ErrMalformed, "The update feed cannot be understood, so nothing of it was used.", "Try again later; this Keel stays as it is."},
		{update.ErrAddress, "The update feed leads to an address that is not https, so it was not asked.", "Try again later; this Keel stays as it is."},
		{update.ErrMismatch, "The downloaded file is not the one that was released. It was deleted.", "Download it again, or on another network; this Keel stays as it is."},
		{update.ErrArchive, "The downloaded file does not hold Keel as it should. Nothing was installed, and it was deleted.", "Try again later; this Keel stays as it is."},
		{update.ErrChanged, "What was unpacked of the newer version was changed by something else, so it was deleted.", "Look which program writes beside Keel's folder, then install it again from Keel: Check for Updates. This Keel stays as it is."},
		{update.ErrBusy, "Another window or another start of Keel is at work with the newer version. Nothing was changed.", "Try again in a moment."},
		{update.ErrTooOld, "This Keel is too old to be updated by itself.", "Download the newest version from where you have this one, and install it the same way."},
		{update.ErrVersion, "This build of Keel has no version that could be compared with a newer one.", "Take a released version to be told of newer ones."},
		{update.ErrNoFeed, "This build of Keel has no update feed.", "Take a released version to be told of newer ones."},
	} {
		if errors.Is(err, known.err) {
			return known.message, known.hint
		}
	}
	return fmt.Sprintf("It did not work: %v.", err), "Look at your connection and at keelAgent.network.proxy, then try again. This Keel stays as it is."
}

// explainDisk explains what is wrong on this machine.
func explainDisk(err error) (message, hint string, ok bool) {
	place := placeOf(err)
	inTheWay, blocked := errors.AsType[*update.InTheWayError](err)
	switch {
	case blocked && inTheWay.Holds != "":
		return fmt.Sprintf("The version before would be removed from %s, but %s in it is not Keel's. Nothing was changed.", inTheWay.Path, inTheWay.Holds),
			"Move that folder, or what is yours in it, to another place, then choose Install again.", true
	case blocked:
		return fmt.Sprintf("This version would be kept as %s, but something else has that name. Nothing was changed.", inTheWay.Path),
			"Move it to another place, then choose Install again.", true
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, atomicfile.ErrDiskFull):
		return fmt.Sprintf("The disk is full%s. What was written of the newer version was removed.", place), "Make room there, then try again. This Keel stays as it is.", true
	case place == "": // a connection may be refused by the same errors
		return "", "", false
	case errors.Is(err, fs.ErrPermission):
		return fmt.Sprintf("Keel may not write there%s. Nothing was changed.", place), "See who owns that folder, and let yourself write to it; then try again. This Keel stays as it is.", true
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("Something is no longer there%s. Nothing was changed.", place), "Look for the newer version again with Check Now, and download it again.", true
	}
	return "", "", false
}

// placeOf says where an error of the disk happened; empty where it does not say.
func placeOf(err error) string {
	path := ""
	if at, ok := errors.AsType[*os.LinkError](err); ok {
		path = at.New
	}
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		path = at.Path
	}
	if path == "" {
		return ""
	}
	return " (" + path + ")"
}
