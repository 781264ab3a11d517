#!/usr/bin/perl
#
# loket calendar show: a year of working time, counted by hand from the
# calendar on the wall; and calendars that cannot be meant are refused with
# file and line, never with a hang.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(time);

use Loket::Cli;

use constant { EX_USAGE => 64, EX_DATAERR => 65, EX_CONFIG => 78 };
# Far more than any of these needs, also with sanitizers.
use constant SOON_S => 20;

my $PLACE = <<'END';
store = "sqlite:${LOKET_TEST_DIR}/loket.db"
secret = "${LOKET_TEST_DIR}/secret"
timezone = "Europe/Amsterdam"
desk "support" { addresses = { "support@acme.example" } }
END

# The holidays of the Netherlands in 2027, when Easter is 28 March.
my @HOLIDAYS = (
	['2027-01-01', 'Nieuwjaarsdag'], ['2027-03-28', 'Eerste paasdag'], ['2027-03-29', 'Tweede paasdag'],
	['2027-04-27', 'Koningsdag'], ['2027-05-06', 'Hemelvaartsdag'], ['2027-05-16', 'Eerste pinksterdag'],
	['2027-05-17', 'Tweede pinksterdag'], ['2027-12-25', 'Eerste kerstdag'], ['2027-12-26', 'Tweede kerstdag'],
);
# Its days from Monday to Friday by month, without those.
my @DAYS = (20, 20, 22, 21, 19, 22, 22, 22, 22, 21, 22, 23);

sub site($section) {
	return Loket::Cli->new(config => "$PLACE$section");
}

sub year($cli, $year, $name = 'office') {
	return $cli->value('calendar', 'show', $name, '--year', $year, '--json');
}

sub hours($shown) {
	return [map { $_->{hours} } $shown->{months}->@*];
}

sub days($shown) {
	return [map { $_->{working_days} } $shown->{months}->@*];
}

sub named($list) {
	return [map { [$_->{date}, $_->{name}] } @$list];
}

# All-day events: first day, summary, and other lines, each.
sub ics(@events) {
	my $serial = 0;
	my @lines = map {
		my ($date, $summary, @more) = @$_;
		('BEGIN:VEVENT', 'UID:' . ++$serial . '@acme.example', 'DTSTAMP:20260101T000000Z',
			"DTSTART;VALUE=DATE:$date", "SUMMARY:$summary", @more, 'END:VEVENT')
	} @events;
	return join "\r\n", 'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//x//', @lines, 'END:VCALENDAR', '';
}

subtest 'a Dutch year of office days' => sub {
	my $cli = Loket::Cli->new;
	my $shown = year($cli, 2027);
	is $shown->{calendar}, 'office', 'calendar';
	is $shown->{timezone}, 'Europe/Amsterdam', 'timezone';
	is $shown->{year}, 2027, 'year';
	is $shown->{working_days}, 256, 'working days';
	is $shown->{hours}, 2432, 'hours, of 9½ a day';
	is_deeply days($shown), \@DAYS, 'working days a month';
	is_deeply hours($shown), [map { 9.5 * $_ } @DAYS], 'hours a month';
	is_deeply [map { $_->{month} } $shown->{months}->@*], [1 .. 12], 'months';
	is_deeply named($shown->{holidays}), \@HOLIDAYS, 'holidays with their names, weekends too';
	is_deeply $shown->{closed}, [], 'no closing days';
	is_deeply $shown->{seasons}, [], 'no seasons';
	unlike $cli->run('calendar', 'show', 'office', '--year', 2027)->{out}, qr/^(?:closed|seasons)$/m,
		'no heading over nothing';
};

subtest 'the same in text' => sub {
	my $cli = Loket::Cli->new;
	my $run = $cli->run('calendar', 'show', 'office', '--year', 2027);
	is $run->{exit}, 0, 'exit';
	like $run->{out}, qr/^office 2027, Europe\/Amsterdam$/m, 'what it is of';
	like $run->{out}, qr/^ +April +21 +199:30$/m, 'days and hours of a month';
	like $run->{out}, qr/^ +year +256 +2432:00$/m, 'and of the year';
	like $run->{out}, qr/^ +Tue 2027-04-27 +Koningsdag$/m, 'a holiday';
	like $run->{out}, qr/^ +Sun 2027-12-26 +Tweede kerstdag$/m, 'and one on a Sunday';
};

subtest 'without a year it is this one' => sub {
	my $cli = Loket::Cli->new;
	is $cli->value('calendar', 'show', 'office', '--json')->{year}, 2026, 'by the clock';
	# still 2026 in Amsterdam
	$cli = site('calendar "east" { timezone = "Pacific/Auckland" }')->at('2026-12-31 13:00:00');
	is $cli->value('calendar', 'show', 'east', '--json')->{year}, 2027, 'in the calendar\'s zone';
};

subtest 'the ten holidays of Belgium' => sub {
	my $cli = site('calendar "office" { holidays = { "be" } }');
	is_deeply [map { $_->{date} } year($cli, 2027)->{holidays}->@*],
		[map { "2027-$_" } qw(01-01 03-29 05-01 05-06 05-17 07-21 08-15 11-01 11-11 12-25)], 'in 2027';
};

subtest 'switches add holidays' => sub {
	my $cli = site('calendar "office" { holidays = { "nl+goede-vrijdag+bevrijdingsdag" } }');
	my %name = map { $_->{date} => $_->{name} } year($cli, 2027)->{holidays}->@*;
	is $name{'2027-03-26'}, 'Goede Vrijdag', 'Good Friday';
	is $name{'2027-05-05'}, 'Bevrijdingsdag', '5 May in any year';
	is keys %name, @HOLIDAYS + 2, 'and no other';
	%name = map { $_->{date} => 1 } year(site('calendar "office" { holidays = { "nl" } }'), 2030)->{holidays}->@*;
	ok $name{'2030-05-05'}, '5 May in a year divisible by five';
};

subtest 'clocks that change, and leap days' => sub {
	my $cli = site('calendar "always" { hours = { "mon-sun 00:00-24:00" } }');
	my $shown = year($cli, 2028, 'always');
	is_deeply days($shown), [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], 'days of a leap year';
	is_deeply hours($shown), [744, 696, 743, 720, 744, 720, 744, 744, 720, 745, 720, 744],
		'an hour less in March, one more in October';
	is $shown->{hours}, 8784, 'all hours of the year';
};

subtest 'a season with hours of its own, and one across the year\'s end' => sub {
	my $cli = site(<<'END');
calendar "office" {
	hours = { "mon-fri 08:00-17:30" }
	holidays = { "nl" }
	season "schoolopstart" { from = "08-15" to = "09-30" hours = { "mon-fri 08:00-20:00" } }
	season "winter" { from = "12-20" to = "01-05" }
}
END
	my $shown = year($cli, 2027);
	my @want = map { 9.5 * $_ } @DAYS;
	# ten days before Sunday the 15th, twelve from then on
	@want[7, 8] = (10 * 9.5 + 12 * 12, 22 * 12);
	is_deeply hours($shown), \@want, 'hours a month';
	is_deeply days($shown), \@DAYS, 'days are the same';
	is_deeply $shown->{seasons}, [
		{ from => '2027-01-01', to => '2027-01-05', name => 'winter' },
		{ from => '2027-08-15', to => '2027-09-30', name => 'schoolopstart' },
		{ from => '2027-12-20', to => '2027-12-31', name => 'winter' },
	], 'seasons, as far as this year has them';
	my $text = $cli->run('calendar', 'show', 'office', '--year', 2027)->{out};
	like $text, qr/^ +2027-08-15 to 2027-09-30 +schoolopstart$/m, 'a season in the text';
};

subtest 'days of the site\'s own' => sub {
	my $cli = site(<<'END');
calendar "office" {
	hours = { "mon-fri 09:00-12:00,13:00-17:00", "12-24 09:00-15:00", "2027-12-29 closed", "2027-12-27 10:00-12:00" }
	holidays = { "nl", "ics:${LOKET_TEST_DIR}/closed.ics" }
}
END
	$cli->write('closed.ics', ics(['20251231', 'Inventaris', 'RRULE:FREQ=YEARLY;UNTIL=20991231']));
	my $shown = year($cli, 2027);
	is_deeply named($shown->{closed}), [['2027-12-29', undef], ['2027-12-31', 'Inventaris']],
		'closing days stand apart from holidays';
	is_deeply named($shown->{holidays}), \@HOLIDAYS, 'and holidays from them';
	is $shown->{months}[11]{working_days}, 21, 'December has two less';
	is $shown->{months}[11]{hours}, 19 * 7 + 6 + 2, 'and two short days';
	is $shown->{months}[10]{hours}, 22 * 7, 'a break is not open';
	my $text = $cli->run('calendar', 'show', 'office', '--year', 2027)->{out};
	like $text, qr/^ +Fri 2027-12-31 +Inventaris$/m, 'a closing day in the text';
};

subtest 'what cannot be shown' => sub {
	my $cli = Loket::Cli->new;
	my $run = $cli->run('calendar', 'show', 'kantoor');
	is $run->{exit}, EX_DATAERR, 'an unknown calendar: exit';
	like $run->{err}, qr/^loket: .*kantoor/, 'and its name';
	for my $arguments ([], ['show'], ['kijk', 'office'], ['show', 'office', 'x'], ['show', 'office', '--year'],
		['show', 'office', '--year', 'nu'], ['show', 'office', '--year', '1066'],
		['show', 'office', '--year', '9999'], ['show', 'office', '--nergens']) {
		$run = $cli->run('calendar', @$arguments);
		is $run->{exit}, EX_USAGE, "calendar @$arguments";
		is $run->{out}, '', 'nothing on stdout';
	}
};

# A key within the calendar that opens on line 5, the line of the error, and
# what the message has to name.
my %WRONG = (
	'an impossible time' => ['hours = { "mon-fri 08:00-25:00" }', 6, qr/25:00/],
	'minute 60' => ['hours = { "mon-fri 08:60-17:00" }', 6, qr/08:60/],
	'hours that end before they begin' => ['hours = { "mon-fri 17:30-08:00" }', 6, qr/17:30/],
	'hours of no length' => ['hours = { "mon-fri 08:00-08:00" }', 6, qr/08:00/],
	'overlapping hours' => ['hours = { "mon-fri 08:00-17:30", "wed 17:00-20:00" }', 6, qr/overlap/],
	'overlapping hours of a day' => ['hours = { "mon 08:00-12:00,11:59-17:00" }', 6, qr/overlap/],
	'a day that is none' => ['hours = { "maandag 08:00-17:30" }', 6, qr/maandag/],
	'a date that is none' => ['hours = { "mon-fri 08:00-17:30", "2027-02-30 closed" }', 6, qr/2027-02-30/],
	'an unknown zone' => ['timezone = "Europe/Lutjebroek"', 6, qr/Lutjebroek/],
	'a zone that is a way out' => ['timezone = "../../../etc/passwd"', 6, qr/passwd/],
	'an unknown country' => ['holidays = { "xx" }', 6, qr/xx/],
	'an unknown switch' => ['holidays = { "nl+carnaval" }', 6, qr/carnaval/],
	'an impossible season' => ['season "s" { from = "02-30" to = "03-31" }', 6, qr/season "s".*date/],
	'a season without a last day' => ['season "s" { from = "02-01" }', 6, qr/./],
	'a season whose hours overlap' =>
		['season "s" { from = "02-01" to = "02-02" hours = { "mon 08:00-12:00", "mon 11:00-13:00" } }', 6, qr/overlap/],
	'a calendar that is never open' => ['hours = { "2027-12-25 closed" }', undef, qr/open/],
	'a reading of the working day that is none' => ['working-day = "soms"', 6, qr/soms/],
);

# As a reading command: exit and message are the same whoever asks.
sub is_refused($cli, $name, $line, $why) {
	my $where = $line // '\d+';
	for my $arguments (['check'], ['calendar', 'show', 'c']) {
		my $start = time;
		my $run = $cli->run(@$arguments);
		is $run->{exit}, EX_CONFIG, "$name: $arguments->[0]: exit";
		like $run->{err}, qr/\A\S*loket\.conf:$where: .*$why/, "$name: $arguments->[0]: message";
		cmp_ok time - $start, '<', SOON_S, "$name: $arguments->[0]: soon";
	}
}

subtest 'a calendar that cannot be meant is an error with file and line' => sub {
	for my $name (sort keys %WRONG) {
		my ($key, $line, $why) = $WRONG{$name}->@*;
		is_refused(site("calendar \"c\" {\n\t$key\n}\n"), $name, $line, $why);
	}
};

# Files that are no iCalendar, or none that ends.
my $DAY = ics(['20261224', 'Dicht']);
sub timed($rule) {
	return ics(['20261224', 'Dicht', $rule]) =~ s/;VALUE=DATE:20261224/:20261224T100000Z/r;
}

my %BROKEN = (
	'an empty file' => '',
	'a text' => "Wij zijn gesloten met Kerst.\n",
	'a file that is cut off' => substr($DAY, 0, length($DAY) - 40),
	'an event without a start' => $DAY =~ s/DTSTART[^\r]*\r\n//r,
	'a start that is no date' => $DAY =~ s/20261224/20261399/r,
	'a rule that is none' => ics(['20261224', 'Dicht', 'RRULE:FREQ=SOMS']),
	'a day a year without end' => ics(['20261224', 'Dicht', 'RRULE:FREQ=YEARLY']),
	'a day a week without end' => ics(['20261224', 'Dicht', 'RRULE:FREQ=WEEKLY;INTERVAL=1']),
	'every second without end' => timed('RRULE:FREQ=SECONDLY'),
	'every second for very long' => timed('RRULE:FREQ=SECONDLY;COUNT=2000000000'),
	'every day of a century' => ics(['20000101', 'Dicht', 'RRULE:FREQ=DAILY;UNTIL=20991231']),
	'a rule that never comes' => ics(['20261224', 'Dicht', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30']),
	'a file of binary zeros' => "\0" x 10_000,
	'a huge file' => ics(map { ['20261224', 'x' x 900] } 1 .. 20_000),
);

subtest 'an iCalendar file that is broken, huge or endless is an error' => sub {
	for my $name (sort keys %BROKEN) {
		my $cli = site("calendar \"c\" {\n\tholidays = { \"ics:\${LOKET_TEST_DIR}/closed.ics\" }\n}\n");
		$cli->write('closed.ics', $BROKEN{$name});
		is_refused($cli, $name, 6, qr/closed\.ics/);
	}
};

subtest 'a rule with an end closes until then' => sub {
	my $cli = site("calendar \"office\" {\n\tholidays = { \"ics:\${LOKET_TEST_DIR}/closed.ics\" }\n}\n");
	$cli->write('closed.ics', ics(['20270101', 'Dicht', 'RRULE:FREQ=WEEKLY;UNTIL=20280331', 'EXDATE;VALUE=DATE:20270108']));
	# Fridays: 53 in 2027, without the 8th of January; 13 until April 2028
	is scalar year($cli, 2027)->{closed}->@*, 52, 'in 2027';
	is scalar year($cli, 2028)->{closed}->@*, 13, 'in 2028';
	is scalar year($cli, 2029)->{closed}->@*, 0, 'not in 2029';
};

subtest 'a file that is not there is told' => sub {
	my $cli = site("calendar \"c\" {\n\tholidays = { \"ics:/nergens/closed.ics\" }\n}\n");
	is_refused($cli, 'an iCalendar file', 6, qr{/nergens/closed\.ics});
};

done_testing;
