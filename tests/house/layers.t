#!/usr/bin/perl
# Includes point down only, each outside library has one room, and lib/ never
# prints, exits or logs.
use v5.36;
use Test::More;

# Floors of the house, the ground first. A room may include what stands on a
# floor below, and its own headers.
my @floors = (
	['lib/base'],
	['lib/calendar'],
	['lib/config', 'lib/mail', 'lib/ticket', 'lib/notify'],
	['lib/store'],
	['lib/intake', 'lib/service', 'lib/report'],
	['milter', 'cli', 'web'],
);

# An outside header and the rooms that may name it.
my %rooms_of = (
	'pcre2.h' => ['lib/base'],
	'gmime/gmime.h' => ['lib/mail'],
	'libxml/' => ['lib/mail'],
	'libexttextcat/' => ['lib/mail'],
	'textcat.h' => ['lib/mail'],
	'libical/' => ['lib/calendar'],
	'confuse.h' => ['lib/config'],
	'sqlite3.h' => ['lib/store'],
	'libpq-fe.h' => ['lib/store'],
	'zstd.h' => ['lib/store'],
	'curl/' => ['lib/service'],
	'libmilter/' => ['milter'],
	'microhttpd.h' => ['web'],
);

my (%floor_of, %room_of_header, @files);
for my $floor (0 .. $#floors) {
	$floor_of{$_} = $floor for @{ $floors[$floor] };
}
for my $room (sort keys %floor_of) {
	push @files, map { [$room, $_] } sort glob("$room/*.c $room/*.h");
}
ok(@files > 30, 'the rooms are found');

sub lines_of($path) {
	open my $in, '<', $path or die "$path: $!\n";
	my @lines = <$in>;
	close $in;
	return @lines;
}

# A header of include/loket belongs to the room that says it is its
# implementation: "/* name: see include/loket/HEADER".
for my $file (@files) {
	my ($room, $path) = @$file;
	my $text = join '', lines_of($path);
	my ($head) = $text =~ m{\A/\*(.*?)\*/}s;
	next unless defined $head;
	$room_of_header{$1} = $room
	    while $head =~ m{include/loket/(\w+\.h)}g;
}
# These have several files behind them, none of which bears the name alone.
$room_of_header{$_->[0]} //= $_->[1]
    for ['calendar.h', 'lib/calendar'], ['config.h', 'lib/config'],
    ['mail.h', 'lib/mail'], ['store.h', 'lib/store'],
    ['robot.h', 'lib/mail'], ['language.h', 'lib/mail'],
    ['authres.h', 'lib/mail'], ['network.h', 'lib/config'],
    ['version.h', 'lib/base'];

my (@unknown, @upwards, @misplaced, @talking, @long);
for my $file (@files) {
	my ($room, $path) = @$file;
	my @lines = lines_of($path);
	push @long, "$path: " . @lines if @lines > 600;
	for my $line (@lines) {
		if ($line =~ m{^\s*#\s*include\s*<loket/(\w+\.h)>}) {
			my $other = $room_of_header{$1};
			if (!$other) {
				push @unknown, "$path: $1";
			} elsif ($other ne $room &&
				$floor_of{$other} >= $floor_of{$room}) {
				push @upwards, "$path: $1 of $other";
			}
		} elsif ($line =~ m{^\s*#\s*include\s*<([^>]+)>}) {
			for my $header (keys %rooms_of) {
				next if index($1, $header) != 0;
				push @misplaced, "$path: $1"
				    if !grep { $_ eq $room }
				    @{ $rooms_of{$header} };
			}
		}
		push @talking, "$path: $line"
		    if $room =~ m{^lib/} &&
		    $line =~ m{\b(?:printf|fprintf|puts|exit|abort|syslog|
		    g_print|g_printerr|g_message|g_warning|g_error)\s*\(}x;
	}
}
is_deeply(\@unknown, [], 'every header of ours has a room');
is_deeply(\@upwards, [], 'includes point down only');
is_deeply(\@misplaced, [], 'each outside library stays in its room');
is_deeply(\@talking, [], 'lib/ never prints, exits or logs');
is_deeply(\@long, [], 'no file is longer than 600 lines');
done_testing();
