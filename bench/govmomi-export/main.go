// Downloads an item as govc library.export does: finds it, prepares its files one after the other, then waits for each file and
// downloads it. govmomi sends all requests; govc's own source is not in Debian's package. Verifies nothing; unlike govc, it deletes the
// session.
//
//	govmomi-export LIBRARY/ITEM DIRECTORY
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vmware/govmomi/vapi/library"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/soap"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: govmomi-export LIBRARY/ITEM DIRECTORY")
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, path string, directory string) error {
	server, err := soap.ParseURL(os.Getenv("GOVC_URL"))
	if err != nil {
		return err
	}
	soapClient := soap.NewClient(server, false)
	soapClient.SetThumbprint(server.Host, os.Getenv("GOVC_THUMBPRINT"))
	client := rest.NewClient(&vim25.Client{Client: soapClient})
	if err = client.Login(ctx, url.UserPassword(os.Getenv("GOVC_USERNAME"), os.Getenv("GOVC_PASSWORD"))); err != nil {
		return err
	}
	defer func() { _ = client.Logout(ctx) }()
	manager := library.NewManager(client)
	item, err := find(ctx, manager, path)
	if err != nil {
		return err
	}
	session, err := manager.CreateLibraryItemDownloadSession(ctx, library.Session{LibraryItemID: item})
	if err != nil {
		return err
	}
	defer func() { _ = manager.DeleteLibraryItemDownloadSession(ctx, session) }()
	files, err := manager.ListLibraryItemDownloadSessionFile(ctx, session)
	if err != nil {
		return err
	}
	for _, file := range files {
		if _, err = manager.PrepareLibraryItemDownloadSessionFile(ctx, session, file.Name); err != nil {
			return err
		}
	}
	for _, file := range files {
		if err = download(ctx, client, manager, session, file.Name, directory); err != nil {
			return err
		}
	}
	return nil
}

// find returns the id of the item LIBRARY/ITEM.
func find(ctx context.Context, manager *library.Manager, path string) (string, error) {
	names := strings.SplitN(path, "/", 2)
	found, err := manager.GetLibraryByName(ctx, names[0])
	if err != nil {
		return "", err
	}
	items, err := manager.FindLibraryItems(ctx, library.FindItem{LibraryID: found.ID, Name: names[1]})
	if err != nil {
		return "", err
	}
	if len(items) != 1 {
		return "", fmt.Errorf("%d items match %s", len(items), path)
	}
	item, err := manager.GetLibraryItem(ctx, items[0])
	if err != nil {
		return "", err
	}
	return item.ID, nil
}

func download(ctx context.Context, client *rest.Client, manager *library.Manager, session string, name string, directory string) error {
	for {
		file, err := manager.GetLibraryItemDownloadSessionFile(ctx, session, name)
		if err != nil {
			return err
		}
		if file.Status == "PREPARED" {
			source, err := url.Parse(file.DownloadEndpoint.URI)
			if err != nil {
				return err
			}
			return client.DownloadFile(ctx, filepath.Join(directory, name), source, &soap.DefaultDownload)
		}
		if file.Status == "ERROR" {
			return errors.New(name + " could not be prepared")
		}
		time.Sleep(time.Second)
	}
}
