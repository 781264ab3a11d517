#!/usr/bin/perl
#
# What a mail says is forgotten when it is read: a program that reads many
# mails with names of charsets of their own takes no more memory than one that
# reads the same mail as many times.

use v5.36;
use File::Temp qw(tempdir);
use List::Util qw(min);
use Test::More;

my $LOKET = ($ENV{LOKET_BUILD} // 'build') . '/loket';
my $MAILS = 30;
my $NAMES = 15_000;
my $TRIES_MAX = 4;
# Of each name more than a byte would be kept.
my $GROWTH_MAX_BYTES = $MAILS * $NAMES;

my $dir = tempdir(CLEANUP => 1);

# What gives a name of a charset: the start of a mail, and what is repeated.
my %places = (
	'encoded words' => ["Subject:", "\n =?x-%03d-%06d?q?a?=", 1],
	'parameters' => ["Content-Type: a/b", ";\n a*=x-%03d-%06d''%%41", 15],
);

sub write_mail($path, $number, $start, $unit, $share) {
	open my $out, '>:raw', $path or die "$path: $!\n";
	print $out "From: an\@klant.example\n$start";
	printf $out $unit, $number, $_ for 1 .. $NAMES / $share;
	print $out "\n\nHallo\n";
	close $out or die "$path: $!\n";
	return $path;
}

sub memory_bytes(@paths) {
	my $pid = fork // die "fork: $!\n";
	if (!$pid) {
		open STDOUT, '>', '/dev/null' or die "/dev/null: $!\n";
		exec '/usr/bin/time', '-o', "$dir/usage", '-f', '%M', $LOKET,
			'parse', @paths or die "time: $!\n";
	}
	waitpid $pid, 0;
	is $?, 0, 'the mails are read';
	open my $in, '<', "$dir/usage" or die "$dir/usage: $!\n";
	return 1024 * readline $in;
}

for my $place (sort keys %places) {
	my @mails = map { write_mail("$dir/$_.eml", $_, $places{$place}->@*) }
		1 .. $MAILS;
	my ($same, $own);
	# An allocator may take a little more now and then; what is kept is
	# there each time. So the least of several is compared.
	for (1 .. $TRIES_MAX) {
		$same = min grep { defined } $same, memory_bytes(($mails[0]) x $MAILS);
		$own = min grep { defined } $own, memory_bytes(@mails);
		last if $own - $same < $GROWTH_MAX_BYTES;
	}
	cmp_ok $own - $same, '<', $GROWTH_MAX_BYTES, "$place: no name is kept";
}

done_testing;
