#!/usr/bin/perl
# Each fuzz target reads what it would begin with, and nothing is wrong.
use v5.36;

use File::Temp qw(tempdir);
use Test::More;

my $BUILD = $ENV{LOKET_BUILD} // 'build';
my $dir = tempdir(CLEANUP => 1);

sub run(@command) {
	my $output = "$dir/output";

	my $pid = fork // die "fork: $!\n";
	if ($pid == 0) {
		open STDIN, '<', '/dev/null' or die "/dev/null: $!\n";
		open STDOUT, '>', $output or die "$output: $!\n";
		open STDERR, '>&', \*STDOUT or die "$output: $!\n";
		exec @command or die "$command[0]: $!\n";
	}
	waitpid $pid, 0;
	my $status = $?;
	open my $in, '<:raw', $output or die "$output: $!\n";
	local $/;
	diag(scalar <$in>) if $status != 0;
	return $status;
}

$ENV{TMPDIR} = $dir;
$ENV{LSAN_OPTIONS} = 'suppressions=tests/lsan.supp:print_suppressions=0';
my %has_source = map { m{([^/]+)_fuzz\.c\z} => 1 } glob 'tests/fuzz/*_fuzz.c';
is(run('tests/fuzz/seeds', "$dir/seeds"), 0, 'seeds are made');
my @seeded = map { m{([^/]+)\z} } glob "$dir/seeds/*";
is_deeply(\@seeded, [sort keys %has_source], 'every target has seeds');
for my $target (@seeded) {
	my @seeds = glob "$dir/seeds/$target/*";
	is(run("$BUILD/fuzz/$target", @seeds), 0,
		"$target reads its " . @seeds . ' seeds');
}
done_testing();
