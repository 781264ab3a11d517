package Loket::Milter;

# A mail server's side of the milter protocol, version 6, by hand: for what no
# mail server would send.
#
#	my $milter = Loket::Milter->new($site->socket_file);
#	$milter->begin('an@klant.example', ['support@acme.example']);
#	$milter->header(Subject => 'Vraag');
#	$milter->body("Hallo.\r\n");
#	my $answer = $milter->end;
#
# An answer is a hash of `code`: 250, 450 or 550 where the milter names none, 0
# when it went away, `text`, and, of end(), `edits`: lists of 'add', name, value
# or 'change', name, instance, value, the value '' for a deletion.

use v5.36;
use Carp qw(croak);
use IO::Socket::UNIX;

use constant VERSION => 6;
use constant ACTIONS => 0x1ff;
use constant STEPS => 0x1fffff;
use constant CLIENT => '192.0.2.7';
use constant CHUNK => 65_535;
use constant TIMEOUT_S => 60;

# The steps that are not answered once that is agreed on, SMFIP_NR_*.
use constant SILENT => {
	C => 0x1000, M => 0x4000, R => 0x8000, T => 0x10000, L => 0x80,
	N => 0x40000, B => 0x80000,
};

# Option `client`, an IPv4 address.
sub new($class, $socket_file, %options) {
	my $socket = IO::Socket::UNIX->new(Peer => $socket_file)
		or croak "$socket_file: $!";
	my $self = bless { socket => $socket, steps => 0 }, $class;
	my ($kind, $agreed) = $self->_ask(
		O => pack 'NNN', VERSION, ACTIONS, STEPS);
	$kind eq 'O' or croak "expected O, got $kind";
	$self->{steps} = (unpack 'NNN', $agreed)[2];
	my $client = $options{client} // CLIENT;
	$self->_step(C => "client.example\x004" . pack('n', 25) .
		"$client\0");
	return $self;
}

# Whether all of these steps, SMFIP_*, were agreed on.
sub agreed($self, $steps) { return ($self->{steps} & $steps) == $steps }

# The envelope, up to the answer to DATA; macros by name, `i` the queue id.
sub begin($self, $from, $recipients, %macros) {
	%macros = (i => 'RAW', %macros);
	$self->_macros($_ => %macros) for 'M', 'T', 'E';
	for (['M', $from], map { ['R', $_] } @$recipients) {
		my ($step, $address) = @$_;
		my $answer = $self->_step($step, "<$address>\0");
		return $answer if $answer->{code} != 250;
	}
	return $self->_step('T');
}

sub header($self, $name, $value) {
	return $self->_step(L => "$name\0 $value\0");
}

# The first piece ends the header.
sub body($self, $bytes) {
	$self->_end_header;
	for (my $at = 0; $at < length $bytes; $at += CHUNK) {
		$self->_step(B => substr $bytes, $at, CHUNK);
	}
}

sub end($self) {
	$self->ask_end;
	return $self->answer_to_end;
}

# The two halves of end().
sub ask_end($self) {
	$self->_end_header;
	$self->{in_body} = 0;
	$self->_send('E');
}

sub answer_to_end($self) {
	my @edits;
	while (1) {
		my ($kind, $data) = $self->_receive;
		if ($kind eq 'h') {
			push @edits, ['add', split /\0/, $data];
		} elsif ($kind eq 'm') {
			my ($instance, $rest) = unpack 'Na*', $data;
			my ($name, $value) = split /\0/, $rest;
			push @edits, ['change', $name, $instance,
				$value // ''];
		} else {
			return { _answer($kind, $data)->%*, edits => \@edits };
		}
	}
}

sub quit($self) {
	$self->_send('Q');
	close $self->{socket};
}

sub _end_header($self) {
	$self->_step('N') unless $self->{in_body};
	$self->{in_body} = 1;
}

sub _macros($self, $step, %macros) {
	$self->_send(D => join '', $step, map { "$_\0" } %macros);
}

# What is not answered counts as agreed to.
sub _step($self, $step, $data = '') {
	if ($self->{steps} & (SILENT->{$step} // 0)) {
		$self->_send($step, $data);
		return { code => 250, text => '' };
	}
	return _answer($self->_ask($step, $data));
}

sub _answer($kind, $data) {
	my %codes = (a => 250, c => 250, t => 450, r => 550, '' => 0);
	return { code => $codes{$kind}, text => '' }
		if exists $codes{$kind};
	$kind eq 'y' or croak "unexpected answer $kind";
	my ($code, $text) = $data =~ /^(\d{3}) (.*)\0\z/s;
	return { code => $code, text => $text };
}

sub _ask($self, $kind, $data = '') {
	$self->_send($kind, $data);
	return $self->_receive;
}

sub _send($self, $kind, $data = '') {
	local $SIG{PIPE} = 'IGNORE';
	print { $self->{socket} } pack('N', 1 + length $data), $kind, $data;
	$self->{socket}->flush;
}

# Kind and data of a packet; the kind is '' at the end.
sub _receive($self) {
	local $SIG{ALRM} = sub { croak 'the milter does not answer' };
	alarm TIMEOUT_S;
	my $size = $self->_read(4);
	my $packet = length $size ? $self->_read(unpack 'N', $size) : '';
	alarm 0;
	return unpack 'aa*', $packet;
}

# So many bytes, or '' when they do not come.
sub _read($self, $size) {
	my $bytes = '';
	while (length $bytes < $size) {
		my $got = sysread $self->{socket}, $bytes,
			$size - length $bytes, length $bytes;
		return '' unless $got;
	}
	return $bytes;
}

1;
