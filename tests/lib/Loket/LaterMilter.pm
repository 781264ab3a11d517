package Loket::LaterMilter;

# A milter that stands behind loketd and says what it is told of each mail. It
# ends with the object.
#
#	my $later = Loket::LaterMilter->start("$dir/later.sock");
#	$later->says('tempfail');

use v5.36;
use Carp qw(croak);
use IO::Socket::UNIX;
use POSIX ();

use constant VERSION => 6;

# Every step but the end of the mail is of no interest: SMFIP_NO*.
use constant NOTHING_ELSE => 0x37f;

# SMFIR_*
use constant VERDICTS => { accept => 'a', tempfail => 't', reject => 'r' };

sub start($class, $socket_file) {
	my $listener = IO::Socket::UNIX->new(Local => $socket_file,
		Listen => 5) or croak "$socket_file: $!";
	chmod 0666, $socket_file;
	my $self = bless { verdict => "$socket_file.verdict",
		parent => $$ }, $class;
	$self->says('accept');
	$self->{pid} = fork // croak "fork: $!";
	return $self if $self->{pid};
	$self->_serve($listener);
}

# accept, tempfail or reject, from now on.
sub says($self, $verdict) {
	open my $out, '>', $self->{verdict} or croak "verdict: $!";
	print $out VERDICTS->{$verdict} // croak "what is $verdict?";
	close $out or croak "verdict: $!";
}

sub DESTROY($self) {
	local $?;
	return if $$ != $self->{parent};
	kill 'TERM', $self->{pid};
	waitpid $self->{pid}, 0;
}

# Each session in a process of its own, which ends without running what the
# test would run at its end.
sub _serve($self, $listener) {
	local $SIG{TERM} = sub { POSIX::_exit(0) };
	local $SIG{CHLD} = 'IGNORE';
	while (my $server = $listener->accept) {
		next if fork;
		$self->_talk($server);
		POSIX::_exit(0);
	}
	POSIX::_exit(0);
}

sub _talk($self, $server) {
	while (read($server, my $size, 4) == 4) {
		read $server, my $packet, unpack 'N', $size;
		my ($kind, $data) = unpack 'aa*', $packet;
		last if $kind eq 'Q';
		_send($server, 'O', pack 'NNN', VERSION, 0, NOTHING_ELSE
			& (unpack 'NNN', $data)[2]) if $kind eq 'O';
		_send($server, $self->_verdict) if $kind eq 'E';
	}
}

sub _send($server, $kind, $data = '') {
	print $server pack('N', 1 + length $data), $kind, $data;
	$server->flush;
}

sub _verdict($self) {
	open my $in, '<', $self->{verdict} or return VERDICTS->{tempfail};
	return scalar readline $in;
}

1;
