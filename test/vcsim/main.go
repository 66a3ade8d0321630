// vcsim, govmomi's simulator, with its content library; started and stopped by
// tests (see ../support/vcsim.ts).
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"flag"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

// ready is the only line on stdout.
type ready struct {
	URL         string `json:"url"`
	Datastore   string `json:"datastore"`
	Certificate string `json:"certificate,omitempty"`
}

func main() {
	useTLS := flag.Bool("tls", false, "serve HTTPS with a self-signed certificate")
	flag.Parse()

	model := simulator.VPX()
	defer model.Remove()
	if err := model.Create(); err != nil {
		model.Remove()
		log.Fatal(err)
	}
	// Enables the vapi endpoints, and with them the content library.
	model.Service.RegisterEndpoints = true

	var line ready
	if *useTLS {
		certificate := selfSigned()
		model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		line.Certificate = string(pem.EncodeToMemory(
			&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]}))
	}
	server := model.Service.NewServer()
	line.URL = server.URL.Scheme + "://" + server.URL.Host
	line.Datastore = simulator.Map.Any("Datastore").Reference().Value

	// Registered before the line is printed: a signal may follow at once.
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	_ = json.NewEncoder(os.Stdout).Encode(line)

	// Stops when the parent process dies, which closes stdin.
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop <- syscall.SIGTERM
	}()
	<-stop

	// Close alone waits for active transfers, forever if one is stalled.
	server.CloseClientConnections()
	server.Close()
}

// selfSigned creates a certificate for 127.0.0.1. The simulator's own is RSA 1024,
// which the OpenSSL of Node 24 rejects ("EE certificate key too weak").
func selfSigned() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "vcsim"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		DNSNames:     []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		log.Panic(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
