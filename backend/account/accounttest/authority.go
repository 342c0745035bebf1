package accounttest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"sync"
	"time"
)

// authority makes certificates for hosts when they are asked for.
type authority struct {
	known   signer // whose certificate is in the file
	unknown signer
	start   time.Time

	mu   sync.Mutex
	made map[kind]*tls.Certificate // guarded by mu
}

// kind is a certificate that was made once.
type kind struct {
	host             string
	unknown, expired bool
}

// signer signs certificates.
type signer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(now time.Time) (*authority, error) {
	a := &authority{start: now, made: map[kind]*tls.Certificate{}}
	var err error
	if a.known, err = newSigner("Keel's world for tests", now); err != nil {
		return nil, err
	}
	a.unknown, err = newSigner("An authority nobody knows", now)
	return a, err
}

func newSigner(name string, now time.Time) (signer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return signer{}, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             now.Add(-24 * time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return signer{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	return signer{certificate, key}, err
}

func serial() *big.Int {
	raw := make([]byte, 16)
	_, _ = rand.Read(raw) // never fails
	return new(big.Int).SetBytes(raw)
}

func (s signer) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.certificate.Raw})
}

func (s signer) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.certificate)
	return pool
}

// errNoName is returned to a client that does not say which host it wants.
var errNoName = errors.New("the client names no host")

// certificate returns that of a host.
func (a *authority) certificate(k kind) (*tls.Certificate, error) {
	if k.host == "" {
		return nil, errNoName
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if made, ok := a.made[k]; ok {
		return made, nil
	}
	by := a.known
	if k.unknown {
		by = a.unknown
	}
	until := a.start.Add(24 * time.Hour)
	if k.expired {
		until = a.start.Add(-time.Hour)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: k.host},
		NotBefore:    a.start.Add(-24 * time.Hour),
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if ip := net.ParseIP(k.host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{k.host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.certificate, key.Public(), by.key)
	if err != nil {
		return nil, err
	}
	made := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	a.made[k] = made
	return made, nil
}
