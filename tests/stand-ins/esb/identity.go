package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
)

// identity is where ESB's services find their certificates: rootCA.crt, server.crt and server.key of one folder.
type identity struct {
	folder string
	server string
}

// config gives the TLS settings of a server; a mutual one demands a client certificate of the CA.
func (i identity) config(mutual bool) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(filepath.Join(i.folder, i.server+".crt"), filepath.Join(i.folder, i.server+".key"))
	if err != nil {
		return nil, err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if !mutual {
		return config, nil
	}
	pem, err := os.ReadFile(filepath.Join(i.folder, "rootCA.crt"))
	if err != nil {
		return nil, err
	}
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("no certificate in rootCA.crt")
	}
	config.ClientAuth = tls.RequireAndVerifyClientCert
	return config, nil
}
