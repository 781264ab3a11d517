package Loket::Cli;

# Driving loket on a store of its own, at an instant of one's choice: Monday
# 23 November 2026 at 10:00 in Amsterdam unless told otherwise.

use v5.36;
use Carp qw(croak);
use Exporter qw(import);
use File::Temp qw(tempdir);
use JSON::PP;

use Loket::Compose qw(compose compose_bounce);
use Loket::Process qw(forget_clock);

our @EXPORT_OK = qw(bytes_of edits_of passed failed);

use constant DESK => 'support@acme.example';

my $LOKET = ($ENV{LOKET_BUILD} // 'build') . '/loket';

my $SITE = <<'END';
store  = "sqlite:${LOKET_TEST_DIR}/loket.db"
secret = "${LOKET_TEST_DIR}/secret"
relay  = "smtp://127.0.0.1:1"
log    = "stderr"
timezone    = "Europe/Amsterdam"
postmaster  = "postmaster@acme.example"
authserv-id = { "mx.acme.example" }
END

my $PEOPLE = <<'END';
calendar "office" {
	timezone = "Europe/Amsterdam"
	hours    = { "mon-fri 08:00-17:30" }
	holidays = { "nl" }
}
team "tweedelijn" { address = "tweedelijn@acme.example" }
agent "jan@acme.example" { name = "Jan" login = { "jan" } }
END

my $DESKS = <<'END';
desk "support" {
	name      = "Acme Klantenservice"
	tag       = "ACME"
	addresses = { "support@acme.example", "help@acme.example" }
	agents    = { "jan@acme.example", "els@acme.example", "@service.acme.example" }
	team      = { "support-team@acme.example" }
	language  = "nl"
	calendar  = "office"
	ack       = "always"
	%s
}
desk "sales" {
	tag       = "SALES"
	addresses = { "sales@acme.example" }
	calendar  = "office"
	ack       = "always"
}
END

# site: lines before the sections; desk: lines in desk support; config: the
# whole file instead.
sub new($class, %given) {
	my $self = bless { dir => tempdir(CLEANUP => 1) }, $class;
	my $desks = sprintf $DESKS, $given{desk} // '';
	$self->{config} = "$self->{dir}/loket.conf";
	$self->write('loket.conf', $given{config}
		// join "\n", $SITE, $given{site} // '', $PEOPLE, $desks);
	return $self->at('2026-11-23 10:00:00');
}

sub dir($self) {
	return $self->{dir};
}

# Puts bytes in a file of the directory; returns its path.
sub write($self, $name, $bytes) {
	open my $out, '>:raw', "$self->{dir}/$name" or croak "$name: $!";
	print $out $bytes;
	close $out or croak "$name: $!";
	return "$self->{dir}/$name";
}

# From now on the clock of each command starts here, in Amsterdam's time.
sub at($self, $instant) {
	$self->{at} = $instant;
	return $self;
}

# Runs loket with the configuration: exit (128 and more for a signal), out, err.
sub run($self, @arguments) {
	return $self->run_bare('-c', $self->{config}, @arguments);
}

sub run_bare($self, @arguments) {
	my ($out, $err) = map { "$self->{dir}/$_" } qw(stdout stderr);
	my $in = $self->{stdin} // '/dev/null';
	my $pid = fork // croak "fork: $!";
	if ($pid == 0) {
		open STDIN, '<', $in or die "$in: $!\n";
		open STDERR, '>', $err or die "$err: $!\n";
		open STDOUT, '>', $out or die "$out: $!\n";
		$self->_set_environment;
		forget_clock();
		exec 'faketime', '--exclude-monotonic', '-f', "\@$self->{at}",
			$LOKET, @arguments or die "faketime: $!\n";
	}
	waitpid $pid, 0;
	my $exit = $? & 127 ? 128 + ($? & 127) : $? >> 8;
	return { exit => $exit, out => bytes_of($out), err => bytes_of($err) };
}

# The value that a command prints.
sub value($self, @arguments) {
	my $run = $self->run(@arguments);
	croak "@arguments: exit $run->{exit}: $run->{err}" if $run->{exit};
	return JSON::PP->new->utf8->decode($run->{out});
}

# Brings bytes with an envelope (from, rcpt, login, client): as run does.
sub bring($self, $bytes, %envelope) {
	my @options = map { ('--rcpt', $_) } @{ $envelope{rcpt} // [DESK] };
	for my $key (qw(from login client)) {
		push @options, "--$key", $envelope{$key}
			if defined $envelope{$key};
	}
	local $self->{stdin} = $self->write('mail.eml', $bytes);
	return $self->run('ingest', @options);
}

# Brings a mail's bounce, as compose_bounce writes it.
sub take_bounce($self, $message_id, %given) {
	my $rcpt = delete $given{rcpt} // [DESK];
	return $self->take_bytes(compose_bounce($message_id, %given), from => '', rcpt => $rcpt);
}

# Composes and brings a mail: fields by name, the envelope and the body by
# small names, the last of a name counts. What ingest prints. The envelope's
# sender is From's.
sub take($self, @given) {
	return $self->take_bytes($self->_mail(@given));
}

# As bring, for a mail that must be taken. What ingest prints.
sub take_bytes($self, $bytes, %envelope) {
	my $run = $self->bring($bytes, %envelope);
	croak "ingest: exit $run->{exit}: $run->{err}" if $run->{exit};
	return JSON::PP->new->utf8->decode($run->{out});
}

# As take, for a mail that should be refused: as run does.
sub try_to_take($self, @given) {
	return $self->bring($self->_mail(@given));
}

sub ticket($self, $number) {
	return $self->value('show', $number, '--json');
}

sub tickets($self, @options) {
	return $self->value('tickets', '--json', @options)->@*;
}

sub outbox($self) {
	return $self->value('outbox', '--json')->@*;
}

# To whom acknowledgements wait or went.
sub acked($self) {
	return map { $_->{to} } grep { $_->{kind} eq 'ack' } $self->outbox;
}

sub bytes_of($path) {
	open my $in, '<:raw', $path or croak "$path: $!";
	local $/;
	return readline($in) // '';
}

# The edits of one field, or of those whose name the pattern matches.
sub edits_of($result, $name) {
	return grep { /^(?:add|change|delete) $name\b/i }
		$result->{edits}->@*;
}

# An Authentication-Results field of the site's own server.
sub passed($domain) {
	return "mx.acme.example; dmarc=pass header.from=$domain";
}

sub failed($domain) {
	return "mx.acme.example; dmarc=fail header.from=$domain";
}

sub _mail($self, @given) {
	my %given = @given;
	my %envelope = map { $_ => delete $given{$_} } grep { /^[a-z]/ } keys %given;
	my %field = %given;
	my @fields = map { $_ => delete $given{$_} }
		grep { exists $given{$_} } @given[grep { $_ % 2 == 0 } keys @given];
	my $body = delete $envelope{body} // "Goedemorgen,\n\nEen vraag.\n";
	$envelope{from} //= $field{From} =~ /([^\s<>]+@[^\s<>]+)/ ? $1 : '';
	unshift @fields, To => $envelope{rcpt}[0] // DESK if !exists $field{To};
	return (compose($body, @fields), %envelope);
}

sub _set_environment($self) {
	$ENV{LOKET_TEST_DIR} = $self->{dir};
	$ENV{TZ} = 'Europe/Amsterdam';
	$ENV{NO_FAKE_STAT} = 1;
	# the clock's library stands before that of the sanitizer
	$ENV{ASAN_OPTIONS} = join ':', grep { defined } $ENV{ASAN_OPTIONS},
		'verify_asan_link_order=0';
}

1;
