package cli

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keel-ide/keel/app/folder"
	"github.com/keel-ide/keel/app/wire"
	"github.com/keel-ide/keel/backend/event"
	"github.com/keel-ide/keel/backend/extension"
)

// extensionReport is an installed extension as a script sees it.
type extensionReport struct {
	ID          string `json:"id"`
	Version     string `json:"version"`
	Name        string `json:"name"` // for a person
	Kind        string `json:"kind"` // declarative, web
	Source      string `json:"source"`
	Registry    string `json:"registry"` // empty: from a file
	SHA256      string `json:"sha256"`   // of the package
	Signed      bool   `json:"signed"`   // the registry's signature was right
	Size        int64  `json:"size"`     // bytes on the disk
	InstalledAt int64  `json:"installedAt"`
}

// extensionPlanReport is what would be installed, or was.
type extensionPlanReport struct {
	Items     []wire.ExtensionPlanItem `json:"items"`
	Installed []string                 `json:"installed"` // id@version; of a plan alone: none
}

func newExtension(options *shared) *cobra.Command {
	var yes, preRelease bool
	install := &cobra.Command{
		Use:   "install FILE|ID[@VERSION] [--yes] [--pre-release]",
		Short: "Say what installing an extension brings along (exit code 3), and with --yes install it",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(command *cobra.Command, given []string) error {
			return options.atHome(command.Context(), func(ctx context.Context, f *folder.Folder) error {
				options.warn(f)
				return options.installExtension(ctx, f, given[0], yes, preRelease)
			})
		},
	}
	install.Flags().BoolVar(&yes, "yes", false, "agree to the whole list and install it")
	install.Flags().BoolVar(&preRelease, "pre-release", false, "a pre-release will do")
	list := &cobra.Command{
		Use:   "list",
		Short: "List the installed extensions",
		Args:  arguments(cobra.NoArgs),
		RunE: func(command *cobra.Command, _ []string) error {
			return options.atHome(command.Context(), options.listExtensions)
		},
	}
	uninstall := &cobra.Command{
		Use:   "uninstall ID",
		Short: "Take an extension away",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(command *cobra.Command, given []string) error {
			return options.atHome(command.Context(), func(ctx context.Context, f *folder.Folder) error {
				return options.uninstallExtension(ctx, f, given[0])
			})
		},
	}
	return group("extension", "Install extensions from Open VSX or a file, list and uninstall them", install, list, uninstall)
}

func (s *shared) installExtension(ctx context.Context, f *folder.Folder, what string, yes, preRelease bool) error {
	request := wire.ExtensionPlanRequest{PreRelease: preRelease}
	var err error
	if isPackage(what) {
		if request.File, err = f.NameExtensionFile(ctx, what); err != nil {
			return err
		}
	} else {
		request.ID, request.Version, _ = strings.Cut(what, "@")
	}
	plan, err := f.PlanExtension(ctx, request)
	if err != nil {
		return err
	}
	if refused := plan.Items[0].Refused; refused != "" {
		return &wire.Error{Code: wire.CodeInvalid, Message: fmt.Sprintf("%s was not installed. %s", plan.Items[0].DisplayName, refused)}
	}
	if !yes {
		if err := s.sayExtensionPlan(plan); err != nil {
			return err
		}
		return exit{exitDenied}
	}
	if err := f.AgreeToExtensions(ctx, plan.ID); err != nil {
		return err
	}
	report := extensionPlanReport{Items: plan.Items, Installed: []string{}}
	progress := f.Extensions.Progress(ctx)
	defer progress.Close()
	for _, item := range slices.Backward(plan.Items) { // what it needs comes first
		if item.Refused != "" {
			fmt.Fprintf(s.stderr, "keel: %s was not installed. %s\n", oneLine(item.DisplayName), plain(item.Refused))
			continue
		}
		if err := s.installItem(ctx, f, progress, plan.ID, item); err != nil {
			return err
		}
		report.Installed = append(report.Installed, item.ID+"@"+item.Version)
		if !s.json {
			fmt.Fprintf(s.stdout, "Installed %s %s.\n", oneLine(item.ID), oneLine(item.Version))
		}
	}
	if s.json {
		return s.print(report)
	}
	return nil
}

func (s *shared) installItem(ctx context.Context, f *folder.Folder, progress *event.Subscription[extension.Progress], planID string, item wire.ExtensionPlanItem) error {
	job, err := f.InstallExtension(ctx, wire.ExtensionInstallRequest{PlanID: planID, ID: item.ID, Version: item.Version})
	if err != nil {
		return err
	}
	err = extension.Wait(ctx, progress, job, func(extension.Progress) {})
	if ctx.Err() != nil {
		_ = f.CancelExtension(context.WithoutCancel(ctx), job) // closing the folder waits for it
	}
	return err
}

// isPackage tells a file from an id.
func isPackage(what string) bool {
	if strings.HasSuffix(strings.ToLower(what), ".vsix") || strings.ContainsAny(what, `/\`) {
		return true
	}
	info, err := os.Stat(what)
	return err == nil && info.Mode().IsRegular()
}

// sayExtensionPlan says what would be installed.
func (s *shared) sayExtensionPlan(plan wire.ExtensionPlan) error {
	if s.json {
		return s.print(extensionPlanReport{Items: plan.Items, Installed: []string{}})
	}
	var b strings.Builder
	b.WriteString("This would install:\n")
	for _, item := range plan.Items {
		fmt.Fprintf(&b, "%s %s  %s\n      by %s\n", oneLine(item.ID), oneLine(item.Version), oneLine(item.DisplayName), oneLine(strings.Join(extensionFacts(item), ", ")))
		if item.Refused != "" {
			fmt.Fprintf(&b, "      not installed: %s\n", plain(item.Refused))
		}
	}
	b.WriteString("Nothing was installed. Add --yes to agree to all of it.\n")
	_, err := fmt.Fprint(s.stdout, b.String())
	return err
}

// extensionFacts is what decides whether one wants it.
func extensionFacts(item wire.ExtensionPlanItem) []string {
	facts := []string{fmt.Sprintf("%q", item.PublisherName)} // in marks: a stranger has chosen it
	if item.Verified {
		facts = append(facts, "verified by the registry")
	} else {
		facts = append(facts, "not verified")
	}
	if item.NewPublisher {
		facts = append(facts, "the first extension of this publisher")
	}
	switch item.Kind {
	case wire.ExtensionDeclarative:
		facts = append(facts, "no code")
	case wire.ExtensionWeb, wire.ExtensionNode:
		facts = append(facts, "runs code")
	}
	switch {
	case item.Signed:
		facts = append(facts, "signed")
	case item.Unchecked:
		facts = append(facts, "cannot be checked: the registry gives no checksum")
	default:
		facts = append(facts, "not signed")
	}
	switch item.Why {
	case extension.WhyPack:
		facts = append(facts, "part of the pack")
	case extension.WhyDependency:
		facts = append(facts, "needed by it")
	}
	if item.Installed != "" {
		facts = append(facts, "takes the place of "+item.Installed)
	}
	return facts
}

func (s *shared) listExtensions(ctx context.Context, f *folder.Folder) error {
	installed, err := f.Extensions.List(ctx)
	if err != nil {
		return err
	}
	if s.json {
		reports := []extensionReport{}
		for _, each := range installed {
			reports = append(reports, extensionReport{
				ID: each.ID, Version: each.Version, Name: each.DisplayName, Kind: string(each.Kind), Source: each.Source,
				Registry: each.Registry, SHA256: each.SHA256, Signed: each.Signed, Size: each.Size, InstalledAt: each.InstalledAt,
			})
		}
		return s.print(reports)
	}
	var b strings.Builder
	if len(installed) == 0 {
		b.WriteString("No extension is installed. Find one in the window, or install one with `keel extension install`.\n")
	}
	for _, each := range installed {
		fmt.Fprintf(&b, "%s %s  %s\n", oneLine(each.ID), oneLine(each.Version), oneLine(each.DisplayName))
	}
	_, err = fmt.Fprint(s.stdout, b.String())
	return err
}

func (s *shared) uninstallExtension(ctx context.Context, f *folder.Folder, id string) error {
	if err := f.UninstallExtension(ctx, id); err != nil {
		return err
	}
	if s.json {
		return s.print(struct {
			ID string `json:"id"`
		}{id})
	}
	_, err := fmt.Fprintf(s.stdout, "Uninstalled %s.\n", oneLine(id))
	return err
}
