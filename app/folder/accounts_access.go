package folder

import (
	"fmt"
	"strings"

	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/account"
)

// accessSignedIn lists the signed-in accounts with what they are used for. A
// command or a page asks before it gets one.
func (f *Folder) accessSignedIn() []wire.AccessItem {
	items := []wire.AccessItem{}
	for _, one := range f.Accounts.State().Accounts {
		item := wire.AccessItem{Name: fmt.Sprintf("%s at %s", AccountLabel(one), one.Host), Level: wire.AccessNone, Detail: "Signed in, and used for nothing."}
		titles := []string{}
		for _, use := range one.Uses {
			title, _ := useWords(one, use)
			titles = append(titles, title)
			if use == account.UseGitAgent || use == account.UsePages {
				item.Level = wire.AccessAsks
			}
		}
		if len(titles) > 0 {
			item.Detail = "Used for: " + strings.Join(titles, ", ") + "."
		}
		if one.Expired != "" {
			item.Level, item.Detail = wire.AccessNone, "It has to be signed in again. "+item.Detail
		}
		items = append(items, item)
	}
	return items
}
