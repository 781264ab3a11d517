package Loket::Process;

# Starting programs that share nothing with their starter: no terminal, no
# streams, no inherited descriptors.

use v5.36;
use Carp qw(croak);
use Exporter qw(import);
use POSIX qw(WNOHANG);

use Loket::Wait qw(wait_for);

our @EXPORT_OK = qw(
	spawn run end_process is_running exit_code remember remembered
	forget_clock);

# faketime(1) fails where one that was killed had the same process id before:
# what that one has left behind bears the number.
sub forget_clock {
	unlink map { "/dev/shm/$_$$" } 'sem.faketime_sem_', 'faketime_shm_';
}

# Starts a program in a session of its own; stdout and stderr are appended to
# files. Returns its pid.
sub spawn($out, $err, @command) {
	my $pid = fork // croak "fork: $!";
	return $pid if $pid;
	POSIX::setsid();
	_detach($out, $err);
	forget_clock();
	no warnings 'exec';
	exec { $command[0] } @command;
	print STDERR "$command[0]: $!\n";
	POSIX::_exit(127);
}

# Runs a program to its end; returns its exit code, 128 and more for a signal.
sub run($out, $err, @command) {
	my $pid = spawn($out, $err, @command);
	waitpid $pid, 0;
	return exit_code();
}

# Of the child that ended last, as a shell tells it.
sub exit_code {
	return $? & 127 ? 128 + ($? & 127) : $? >> 8;
}

# Sends a signal and waits for the end, child or not; false when it does not
# come in time.
sub end_process($pid, $signal, $timeout_s) {
	kill $signal, $pid;
	return wait_for($timeout_s, sub { !is_running($pid) });
}

# A child that has ended is reaped by asking. Somebody else's may stay a zombie
# for ever, where process 1 does not care; it has ended with its last thread.
sub is_running($pid) {
	my $reaped = waitpid $pid, WNOHANG;
	return $reaped == 0 if $reaped != -1;
	my ($state, $threads) = (_stat($pid))[0, 17];
	return defined $state && ($state ne 'Z' || $threads > 1);
}

# Writes down a process in a file, for a later program to find it again.
sub remember($file, $pid) {
	open my $out, '>', $file or croak "$file: $!";
	print $out "$pid ", _start_time($pid), "\n";
	close $out or croak "$file: $!";
}

# The pid in the file while that process still runs, else undef. Numbers are
# used again, so the time at which it began must be the same too.
sub remembered($file) {
	open my $in, '<', $file or return undef;
	my ($pid, $start_time) = split ' ', readline $in;
	return _start_time($pid) eq $start_time && is_running($pid)
		? $pid : undef;
}

sub _start_time($pid) {
	return (_stat($pid))[19] // '';
}

# proc(5): the fields of stat from the third, the state, on. The name before
# them may hold anything.
sub _stat($pid) {
	open my $stat, '<', "/proc/$pid/stat" or return;
	return split ' ', readline($stat) =~ s/^.*\) //sr;
}

sub _detach($out, $err) {
	open STDIN, '<', '/dev/null';
	open STDOUT, '>>', $out or POSIX::_exit(126);
	open STDERR, '>>', $err or POSIX::_exit(126);
	opendir my $dir, '/proc/self/fd' or return;
	my @inherited = grep { /^\d+$/ && $_ > 2 } readdir $dir;
	POSIX::close($_) for @inherited;
}

1;
