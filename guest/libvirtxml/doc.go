// Package libvirtxml reads libvirt's domain XML into a guest.Spec, so that
// guest.Records tells of the guest what libvirt would.
//
// # What it knows
//
// A Spec is what libvirt holds in memory once it has read a definition. So this
// package does what libvirt does on the way: it fills in defaults, merges the
// first console with the first serial port, forgets the paths that libvirt
// allots anew at each start, sorts the disks, sums up the memory, and refuses
// what libvirt refuses in what records are made of: names, uuids, types, MAC
// addresses, amounts, security labels, paths that can't be missing. What is
// audited, and as what, it does not know; that is guest's.
//
// Parse reads a whole definition, ParseDevice a single device as it is attached
// to a running guest. Options says which XML it is: a definition as it was
// written (the default), or the XML of a running guest (Live), in which the
// paths of ptys and the labels count that a definition can't have. What a Spec has
// no place for, as that the XML is of a running guest or that a MAC address had
// to be made up, is in Notes.
//
// # What it does not know
//
// Whether a guest could run. libvirt checks much more than this package, and
// most of that (which bus a disk may be on, how much memory a machine can have)
// never reaches the audit log. Device types that libvirt learns after this was
// written are read as far as their form is known, and not refused. Domain
// snapshots, networks and storage pools are other XML.
//
// # Input
//
// XML may come from anyone. It is read once, up to Options.MaxBytes; elements
// nest at most 256 deep, as in libvirt's own parser, and what is kept of them is
// bounded as well. Only the five entities of XML itself are known, so that
// none can blow up. Elements in a namespace (qemu:commandline) and metadata are
// skipped, and all others that this package has no use for are ignored.
//
// # Why not the schema module
//
// The types of libvirt.org/go/libvirtxml were made for writing definitions, and
// a record must match libvirt's byte for byte. Of what libvirt reads they refuse
// a USB bus of 0x3, a blank before a number, a host device without a mode, and a
// type of disk that came later; they take an amount with a blank behind it,
// which libvirt refuses, and make no difference between an attribute that is
// empty and one that is missing, which in records are "" and "?". They know no
// lines for an error to name, and hold a document of any size. So here is a
// small tree over the tokens of encoding/xml instead, read the way libvirt reads
// its own.
//
// The facts were measured on libvirt 9.0.0; TestConformance compares with what
// it says of many definitions.
package libvirtxml
