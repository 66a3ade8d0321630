// A small govc: logs in over SOAP with a thumbprint, then over REST, and reads
// the library (see ../end-to-end/govmomi.test.ts). govmomi sends all requests.
//
//	govmomi ls PATH               print what matches, as JSON lines
//	govmomi export PATH           write the bytes of one file to standard output
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"time"

	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vapi/library"
	"github.com/vmware/govmomi/vapi/library/finder"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
)

func main() {
	thumbprint := flag.String("thumbprint", "", "SHA-1 of the certificate to trust")
	insecure := flag.Bool("insecure", false, "trust any certificate")
	flag.Parse()
	log.SetFlags(0)
	if err := run(context.Background(), *thumbprint, *insecure, flag.Arg(0), flag.Arg(1)); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, thumbprint string, insecure bool, command string, path string) error {
	server, err := soap.ParseURL(os.Getenv("GOVC_URL"))
	if err != nil {
		return err
	}
	user := url.UserPassword(os.Getenv("GOVC_USERNAME"), os.Getenv("GOVC_PASSWORD"))

	soapClient := soap.NewClient(server, insecure)
	soapClient.SetThumbprint(server.Host, thumbprint)
	vc, err := vim25.NewClient(ctx, soapClient)
	if err != nil {
		return err
	}
	if err = vc.UseServiceVersion(); err != nil {
		return err
	}
	login := session.NewManager(vc)
	if err = login.Login(ctx, user); err != nil {
		return err
	}
	defer func() { _ = login.Logout(ctx) }()
	if err = about(ctx, vc, login); err != nil {
		return err
	}

	client := rest.NewClient(vc)
	if err = client.Login(ctx, user); err != nil {
		return err
	}
	defer func() { _ = client.Logout(ctx) }()
	manager := library.NewManager(client)
	found, err := finder.NewFinder(manager).Find(ctx, path)
	if err != nil {
		return err
	}
	if command == "ls" {
		return list(found)
	}
	if len(found) != 1 {
		return fmt.Errorf("%d files match %s", len(found), path)
	}
	return export(ctx, client, manager, found[0].GetParent().GetID(), found[0].GetName())
}

// about prints to standard error what the SOAP service reports.
func about(ctx context.Context, vc *vim25.Client, login *session.Manager) error {
	active, err := login.SessionIsActive(ctx)
	if err != nil {
		return err
	}
	current, err := login.UserSession(ctx)
	if err != nil {
		return err
	}
	log.Printf("%s %s (%s), %s, active: %t",
		vc.ServiceContent.About.ApiType, vc.ServiceContent.About.ApiVersion, vc.Version, current.UserName, active)
	return nil
}

func list(found []finder.FindResult) error {
	lines := json.NewEncoder(os.Stdout)
	for _, result := range found {
		if err := lines.Encode(map[string]interface{}{"path": result.GetPath(), "result": result.GetResult()}); err != nil {
			return err
		}
	}
	return nil
}

// export downloads like govc library.export, but also deletes the session.
func export(ctx context.Context, client *rest.Client, manager *library.Manager, item string, name string) error {
	id, err := manager.CreateLibraryItemDownloadSession(ctx, library.Session{LibraryItemID: item})
	if err != nil {
		return err
	}
	defer func() { _ = manager.DeleteLibraryItemDownloadSession(ctx, id) }()
	if _, err = manager.PrepareLibraryItemDownloadSessionFile(ctx, id, name); err != nil {
		return err
	}
	file := &library.DownloadFile{}
	for file.Status != "PREPARED" {
		time.Sleep(50 * time.Millisecond)
		if file, err = manager.GetLibraryItemDownloadSessionFile(ctx, id, name); err != nil {
			return err
		}
		if err = manager.KeepAliveLibraryItemDownloadSession(ctx, id); err != nil {
			return err
		}
	}
	source, err := url.Parse(file.DownloadEndpoint.URI)
	if err != nil {
		return err
	}
	body, _, err := client.Download(ctx, source, &soap.DefaultDownload)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	_, err = io.Copy(os.Stdout, body)
	return err
}
