package Loket::Signer;

# A private OpenDKIM that signs what its mail server sends for a domain, with a
# key of its own. It ends with the object.
#
#	my $signer = Loket::Signer->start(Loket::Site::ROOT, $site->dir,
#		'signer.sock', 'acme.example');

use v5.36;
use Carp qw(croak);

use Loket::MailServer qw(write_file);
use Loket::Process qw(spawn run end_process);
use Loket::Wait qw(wait_for);

use constant START_S => 20;
use constant STOP_S => 10;
use constant SELECTOR => 'test';

sub start($class, $root, $dir, $socket, $domain) {
	my $own = "$dir/signer";
	mkdir $own or croak "$own: $!";
	my $self = bless { parent => $$ }, $class;
	_make_key("$own/key.pem", "$own/openssl.out");
	write_file("$own/conf", map { "$_\n" }
		"Socket local:$dir/$socket", 'UMask 000', 'Mode s',
		"Domain $domain", 'Selector ' . SELECTOR,
		"KeyFile $own/key.pem", 'InternalHosts 127.0.0.1',
		'Canonicalization relaxed/relaxed', 'RequireSafeKeys false',
		'Syslog false');
	$self->{pid} = spawn("$own/log", "$own/log",
		_program($root), '-f', '-x', "$own/conf");
	wait_for(START_S, sub { -S "$dir/$socket" })
		or croak "OpenDKIM does not start, see $own/log";
	return $self;
}

sub DESTROY($self) {
	local $?;
	return if $$ != $self->{parent} || !$self->{pid};
	end_process($self->{pid}, 'TERM', STOP_S);
}

sub _make_key($file, $out) {
	run($out, $out, qw(openssl genrsa -out), $file, 2048) == 0
		or croak "no key, see $out";
	chmod 0600, $file;
}

sub _program($root) {
	my ($program) = grep { -x } '/usr/sbin/opendkim',
		"$root/build/parts/opendkim/usr/sbin/opendkim";
	return $program // croak 'no OpenDKIM, run scripts/unpack-opendkim';
}

1;
