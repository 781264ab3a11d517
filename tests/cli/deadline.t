#!/usr/bin/perl
#
# loket deadline: one question by options, many by lines; worked out by hand
# from the calendar on the wall. What cannot be answered says why.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli;

use constant { EX_USAGE => 64, EX_DATAERR => 65, EX_IOERR => 74 };
use constant MANY => 100_000;

my $CONFIG = <<'END';
store = "sqlite:${LOKET_TEST_DIR}/loket.db"
secret = "${LOKET_TEST_DIR}/secret"
timezone = "Europe/Amsterdam"
calendar "office" { hours = { "mon-fri 08:00-17:30" } holidays = { "nl" } }
calendar "same" { hours = { "mon-fri 08:00-17:30" } holidays = { "nl" } working-day = "same-time" }
calendar "always" { hours = { "mon-sun 00:00-24:00" } }
calendar "tokyo" { timezone = "Asia/Tokyo" hours = { "mon-fri 09:00-18:00" } }
calendar "once" { hours = { "2026-12-24 08:00-15:00" } }
desk "support" { addresses = { "support@acme.example" } calendar = "office" }
END

# Time, calendar, target and the instant that is due. 23 November 2026 is a
# Monday, 28 February 2028 too.
my @ANSWERS = (
	['2026-11-23T10:00:00+01:00', 'office', '1 working day', '2026-11-24T17:30:00+01:00'],
	['2026-11-23T09:00:00Z', 'office', '1 working day', '2026-11-24T17:30:00+01:00'],
	['2026-11-23T11:30:00-05:00', 'office', '1wd', '2026-11-25T17:30:00+01:00'],
	['2026-11-23T11:29:59-05:00', 'office', '1wd', '2026-11-24T17:30:00+01:00'],
	['2026-12-24T12:00:00+01:00', 'office', '3 working days', '2026-12-30T17:30:00+01:00'],
	['2026-12-24T12:00:00+01:00', 'same', '1wd', '2026-12-28T12:00:00+01:00'],
	['2026-11-23T16:30:00+01:00', 'office', '8 working hours', '2026-11-24T15:00:00+01:00'],
	['2026-11-23T16:30:00+01:00', 'office', '1wh', '2026-11-23T17:30:00+01:00'],
	['2026-10-24T12:00:00+02:00', 'office', '24 hours', '2026-10-25T11:00:00+01:00'],
	['2026-03-29T01:45:00+01:00', 'office', '30m', '2026-03-29T03:15:00+02:00'],
	['2026-10-24T22:00:00+02:00', 'always', '6wh', '2026-10-25T03:00:00+01:00'],
	['2028-02-28T12:00:00+01:00', 'office', '1wd', '2028-02-29T17:30:00+01:00'],
	['2028-02-28T12:00:00+01:00', 'office', '2wd', '2028-03-01T17:30:00+01:00'],
	# 10:00 in Amsterdam is 18:00 in Tokyo: closed
	['2026-11-23T10:00:00+01:00', 'tokyo', '1wd', '2026-11-25T18:00:00+09:00'],
	['2026-11-23T09:59:59+01:00', 'tokyo', '1wd', '2026-11-24T18:00:00+09:00'],
	# of two times on a night's clock the offset tells which
	['2026-10-25T02:30:00+02:00', 'always', '1h', '2026-10-25T02:30:00+01:00'],
	['2026-10-25T02:30:00+01:00', 'always', '1h', '2026-10-25T03:30:00+01:00'],
	['2026-12-24T08:00:00+01:00', 'once', '7wh', '2026-12-24T15:00:00+01:00'],
);

# Nothing is due of these.
my $AT = '2026-11-23T10:00:00+01:00';
my %WRONG = (
	'an unknown calendar' => [$AT, 'kantoor', '1wd', qr/kantoor/],
	'no calendar' => [$AT, '', '1wd', qr/calendar/],
	'an unknown target' => [$AT, 'office', 'spoedig', qr/spoedig/],
	'a target without a number' => [$AT, 'office', 'working days', qr/target/],
	'a target below nothing' => [$AT, 'office', '-1wd', qr/-1wd/],
	'no target' => [$AT, 'office', '', qr/target/],
	'a word for a time' => ['gisteren', 'office', '1wd', qr/gisteren/],
	'no time' => ['', 'office', '1wd', qr/time/],
	'a date alone' => ['2026-11-23', 'office', '1wd', qr/2026-11-23/],
	'the 30th of February' => ['2026-02-30T10:00:00Z', 'office', '1wd', qr/2026-02-30/],
	'a leap day of no leap year' => ['2027-02-29T10:00:00Z', 'office', '1wd', qr/2027-02-29/],
	'a 13th month' => ['2026-13-01T10:00:00Z', 'office', '1wd', qr/2026-13/],
	'hour 25' => ['2026-11-23T25:00:00Z', 'office', '1wd', qr/T25/],
	'minute 60' => ['2026-11-23T10:60:00Z', 'office', '1wd', qr/10:60/],
	'an endless time' => ['2026-11-23T10:00:00' . '0' x 5000, 'office', '1wd', qr/time/],
	'what ten years do not hold' => [$AT, 'office', '9999 working days', qr/ten years/],
	'hours that ten years do not hold' => [$AT, 'office', '99999 working hours', qr/ten years/],
	'hours on the clock past ten years' => [$AT, 'office', '99999 hours', qr/ten years/],
	'a second day where there is but one' => [$AT, 'once', '1wd', qr/ten years/],
	'a time after the only day' => ['2026-12-24T15:00:00+01:00', 'once', '1wh', qr/ten years/],
	'a year before all calendars' => ['1066-10-14T10:00:00Z', 'office', '1wd', qr/\S/],
	'a year after all calendars' => ['9999-10-14T10:00:00Z', 'office', '1wd', qr/\S/],
);

sub batch($cli, $lines) {
	local $cli->{stdin} = $cli->write('lines', $lines);
	return $cli->run('deadline', '--batch');
}

sub lines_of(@rows) {
	return join '', map { join("\t", $_->@[0 .. 2]) . "\n" } @rows;
}

sub answers_of(@rows) {
	return join '', map { join("\t", @$_) . "\n" } @rows;
}

my $cli = Loket::Cli->new(config => $CONFIG);

subtest 'one question by options' => sub {
	for my $row (@ANSWERS[0, 4, 5, 8, 13]) {
		my ($from, $calendar, $target, $due) = @$row;
		my $run = $cli->run('deadline', '--calendar', $calendar, '--target', $target, '--from', $from);
		is_deeply $run, { exit => 0, out => "$due\n", err => '' }, "$calendar, $target from $from";
	}
	is $cli->run('deadline', "--from=$AT", '--target=1wd', '--calendar=office')->{out},
		"2026-11-24T17:30:00+01:00\n", 'in any order';
};

subtest 'many questions by lines, answered in their order' => sub {
	my $run = batch($cli, lines_of(@ANSWERS));
	is $run->{exit}, 0, 'exit';
	is $run->{err}, '', 'nothing on stderr';
	is_deeply [split /^/, $run->{out}], [split /^/, answers_of(@ANSWERS)], 'each line and its due';
	is_deeply batch($cli, ''), { exit => 0, out => '', err => '' }, 'no line, no answer';
};

subtest 'a single question that cannot be answered is exit 65' => sub {
	for my $name (sort keys %WRONG) {
		my ($from, $calendar, $target, $why) = $WRONG{$name}->@*;
		my $run = $cli->run('deadline', '--calendar', $calendar, '--target', $target, '--from', $from);
		is $run->{exit}, EX_DATAERR, "$name: exit";
		is $run->{out}, '', "$name: no answer";
		like $run->{err}, qr/^loket: .*$why/, "$name: why";
	}
};

subtest 'a line that cannot be answered says why in its place' => sub {
	my @names = sort keys %WRONG;
	my @rows = map { ($WRONG{$_}, $ANSWERS[0]) } @names;
	my $run = batch($cli, lines_of(@rows));
	is $run->{exit}, EX_DATAERR, 'exit';
	my @out = split /\n/, $run->{out};
	is scalar @out, scalar @rows, 'a line each';
	for my $i (0 .. $#names) {
		my ($from, $calendar, $target, $why) = $WRONG{ $names[$i] }->@*;
		my $question = join "\t", $from, $calendar, $target;
		like $out[2 * $i], qr/^\Q$question\E\terror: [^\t]*$why/, $names[$i];
		is $out[2 * $i + 1], join("\t", $ANSWERS[0]->@*), "$names[$i]: the next is answered";
	}
};

subtest 'a line that is no question is given back with an error' => sub {
	for my $line ('', 'x', "$AT\toffice", "$AT\toffice\t1wd\t", "$AT office 1wd", "\t\t\t", "\xff\xfe",
		"$AT\0\toffice\t1wd", "$AT\toffice\t1wd\0", 'x' x 1_000_000) {
		my $run = batch($cli, "$line\n" . lines_of($ANSWERS[0]));
		my $name = length $line > 50 ? 'a line of a megabyte' : "'" . $line =~ s/\0/\\0/gr =~ s/\t/\\t/gr . "'";
		is $run->{exit}, EX_DATAERR, "$name: exit";
		my ($first, $second) = split /^/, $run->{out};
		ok $first =~ /^\Q$line\E\terror: [^\t]+\n\z/, "$name: the whole line and an error";
		is $second, answers_of($ANSWERS[0]), "$name: the next is answered";
	}
};

subtest 'ends of lines are those of any system' => sub {
	my $want = answers_of(@ANSWERS[0 .. 2]);
	my $lines = lines_of(@ANSWERS[0 .. 2]);
	is_deeply batch($cli, $lines =~ s/\n/\r\n/gr), { exit => 0, out => $want, err => '' }, 'CRLF';
	is_deeply batch($cli, $lines =~ s/\n\z//r), { exit => 0, out => $want, err => '' },
		'the last line without an end';
	is_deeply batch($cli, $lines =~ s/\n/\r\n/gr =~ s/\r\n\z/\r/r), { exit => 0, out => $want, err => '' },
		'the last line with half an end';
};

subtest 'a hundred thousand lines are all answered' => sub {
	my $rounds = int(MANY / @ANSWERS) + 1;
	my $run = batch($cli, lines_of(@ANSWERS) x $rounds);
	is $run->{exit}, 0, 'exit';
	ok $run->{out} eq answers_of(@ANSWERS) x $rounds, 'each line and its due';
};

subtest 'what cannot be read or written is not passed over' => sub {
	my $lines = $cli->write('lines', lines_of(@ANSWERS));
	my $loket = ($ENV{LOKET_BUILD} // 'build') . '/loket';
	local $ENV{LOKET_TEST_DIR} = $cli->dir;
	for my $case ([$lines, '/dev/full', 'a full disk'], [$cli->dir, '/dev/null', 'a directory']) {
		my ($in, $out, $name) = @$case;
		my $status = system '/bin/sh', '-c', '"$0" -c "$1" deadline --batch <"$2" >"$3" 2>/dev/null',
			$loket, $cli->{config}, $in, $out;
		is $status >> 8, EX_IOERR, "$name is exit 74";
	}
};

subtest 'wrong usage is exit 64' => sub {
	my @whole = ('--calendar', 'office', '--target', '1wd', '--from', $AT);
	my @wrong = ([], [@whole[0 .. 3]], [@whole[2 .. 5]], [@whole[0, 1, 4, 5]], [@whole, 'x'], [@whole, '--nergens'],
		[@whole, '--batch'], ['--batch', '--from', $AT], ['--batch', 'lines'], ['--calendar']);
	for my $arguments (@wrong) {
		my $run = $cli->run('deadline', @$arguments);
		is $run->{exit}, EX_USAGE, "deadline @$arguments";
		is $run->{out}, '', 'nothing on stdout';
		like $run->{err}, qr/\S/, 'says so';
	}
};

subtest 'a calendar that no desk has asked for is known all the same' => sub {
	my $bare = Loket::Cli->new(config => $CONFIG =~ s/^calendar.*\n//mgr =~ s/ calendar = "office"//r);
	is $bare->run('deadline', '--calendar', 'default', '--target', '1wd', '--from', $AT)->{out},
		"2026-11-24T17:00:00+01:00\n", 'default is mon-fri 09:00-17:00';
	ok !-e $bare->dir . '/loket.db', 'and no store is made';
};

done_testing;
