// A small govc: logs in over SOAP with a thumbprint, then over REST, and reads
// the library (see ../end-to-end/govmomi.test.ts). govmomi sends all requests.
//
//	govmomi ls PATH               print what matches, as JSON lines
//	govmomi export PATH           write the bytes of one file to standard output
//	govmomi read PATH             call everything that govc's commands read, for one item: print the results as one JSON object
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

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/vapi/library"
	"github.com/vmware/govmomi/vapi/library/finder"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
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
	if command == "read" && len(found) == 1 {
		return read(ctx, vc, client, manager, found[0])
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

// read calls what session.ls, library.info, library.session.ls and library.subscriber.ls read, and finds the item in each way.
func read(ctx context.Context, vc *vim25.Client, client *rest.Client, manager *library.Manager, found finder.FindResult) error {
	out := map[string]interface{}{}
	var err error
	keep := func(name string, result interface{}, callErr error) {
		if callErr != nil && err == nil {
			err = fmt.Errorf("%s: %s", name, callErr)
		}
		out[name] = result
	}
	item, parent := found.GetID(), found.GetParent().GetID()

	// session.ls reads all properties, and compares times.
	var sessions mo.SessionManager
	keep("sessionManager", &sessions, property.DefaultCollector(vc).RetrieveOne(ctx, *vc.ServiceContent.SessionManager, nil, &sessions))
	now, callErr := methods.GetCurrentTime(ctx, vc)
	keep("now", now, callErr)
	rest, callErr := client.Session(ctx)
	keep("restSession", rest, callErr)

	// library.ls and library.info
	libraries, callErr := manager.GetLibraries(ctx)
	keep("libraries", libraries, callErr)
	byName, callErr := manager.GetLibraryByName(ctx, found.GetParent().GetName())
	keep("libraryByName", byName, callErr)
	names, callErr := manager.FindLibrary(ctx, library.Find{Name: byName.Name, Type: "LOCAL"})
	keep("foundLibraries", names, callErr)
	items, callErr := manager.GetLibraryItems(ctx, parent)
	keep("items", items, callErr)
	foundItems, callErr := manager.FindLibraryItems(ctx, library.FindItem{LibraryID: parent, Name: found.GetName()})
	keep("foundItems", foundItems, callErr)
	files, callErr := manager.ListLibraryItemFiles(ctx, item)
	keep("files", files, callErr)
	for _, file := range files {
		one, getErr := manager.GetLibraryItemFile(ctx, item, file.Name)
		keep("file "+file.Name, one, getErr)
	}
	var storage []interface{}
	resource := client.Resource("/com/vmware/content/library/item/storage").WithParam("library_item_id", item)
	keep("storage", &storage, client.Do(ctx, resource.Request("GET"), &storage))
	datastore := object.NewDatastore(vc, types.ManagedObjectReference{Type: "Datastore", Value: byName.Storage[0].DatastoreID})
	name, callErr := datastore.ObjectName(ctx)
	keep("datastore", name, callErr)

	// library.subscriber.ls and library.session.ls
	subscribers, callErr := manager.ListSubscribers(ctx, byName)
	keep("subscribers", subscribers, callErr)
	updates, callErr := manager.ListLibraryItemUpdateSession(ctx)
	keep("updateSessions", updates, callErr)
	id, callErr := manager.CreateLibraryItemDownloadSession(ctx, library.Session{LibraryItemID: item})
	keep("created", id, callErr)
	downloads, callErr := manager.ListLibraryItemDownloadSession(ctx)
	keep("downloadSessions", downloads, callErr)
	one, callErr := manager.GetLibraryItemDownloadSession(ctx, id)
	keep("downloadSession", one, callErr)
	sessionFiles, callErr := manager.ListLibraryItemDownloadSessionFile(ctx, id)
	keep("sessionFiles", sessionFiles, callErr)
	keep("canceled", nil, manager.CancelLibraryItemDownloadSession(ctx, id))
	keep("deleted", nil, manager.DeleteLibraryItemDownloadSession(ctx, id))
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(out)
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
