#!/usr/bin/perl
#
# The instant at which an answer is due, by the mail's way in: worked out by
# hand from the calendar on the wall.

use v5.36;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

use Loket::Cli;

use constant AN => 'an@klant.example';

sub site($target, %given) {
	my $hours = $given{hours} // '"mon-fri 08:00-17:30"';
	my $holidays = $given{holidays} // '"nl"';
	my $zone = $given{zone} // 'Europe/Amsterdam';
	my $working_day = $given{working_day} // 'closing';
	my $season = $given{season} // '';
	return Loket::Cli->new(config => <<"END");
store = "sqlite:\${LOKET_TEST_DIR}/loket.db"
secret = "\${LOKET_TEST_DIR}/secret"
timezone = "$zone"
calendar "office" {
	hours = { $hours }
	holidays = { $holidays }
	working-day = "$working_day"
	$season
}
desk "support" {
	addresses = { "support\@acme.example" }
	calendar = "office"
	first-response = "$target"
	ack = "never"
}
END
}

# Each row: what it shows, the receipt in Amsterdam, due without seconds.
sub is_due($cli, @rows) {
	for my $row (sort { $a->[1] cmp $b->[1] } @rows) {
		my ($name, $at, $due) = @$row;
		my $got = $cli->at("$at:00")->take(From => AN, Subject => "$name $at");
		is $got->{due} =~ s/:\d\d([+-]\d\d:\d\d)\z/$1/r, $due, "$name: $at";
	}
}

subtest 'one working day, until closing' => sub {
	is_due(site('1 working day'),
		['before opening', '2026-11-23 06:00', '2026-11-24T17:30+01:00'],
		['within hours', '2026-11-23 12:00', '2026-11-24T17:30+01:00'],
		['just before closing', '2026-11-23 17:29', '2026-11-24T17:30+01:00'],
		['at closing', '2026-11-23 17:30', '2026-11-25T17:30+01:00'],
		['after closing', '2026-11-23 20:00', '2026-11-25T17:30+01:00'],
		['Friday', '2026-11-27 12:00', '2026-11-30T17:30+01:00'],
		['Friday after closing', '2026-11-27 17:31', '2026-12-01T17:30+01:00'],
		['Saturday', '2026-11-28 12:00', '2026-12-01T17:30+01:00'],
		['Sunday', '2026-11-29 23:59', '2026-12-01T17:30+01:00'],
		['midnight', '2026-11-24 00:00', '2026-11-25T17:30+01:00'],
	);
};

subtest 'three working days' => sub {
	is_due(site('3 working days'),
		['Monday', '2026-11-23 12:00', '2026-11-26T17:30+01:00'],
		['Wednesday', '2026-11-25 12:00', '2026-11-30T17:30+01:00'],
		['Sunday', '2026-11-29 12:00', '2026-12-03T17:30+01:00'],
	);
};

subtest 'Dutch holidays are no working days' => sub {
	is_due(site('1 working day'),
		['Good Friday is worked', '2026-04-02 12:00', '2026-04-03T17:30+02:00'],
		['over Easter', '2026-04-03 12:00', '2026-04-07T17:30+02:00'],
		['on Easter Monday', '2026-04-06 12:00', '2026-04-08T17:30+02:00'],
		['Koningsdag', '2026-04-24 12:00', '2026-04-28T17:30+02:00'],
		['Ascension', '2026-05-13 12:00', '2026-05-15T17:30+02:00'],
		['Whit Monday', '2026-05-22 12:00', '2026-05-26T17:30+02:00'],
		['Christmas, Friday and Saturday', '2026-12-24 12:00', '2026-12-28T17:30+01:00'],
		['New Year', '2026-12-31 12:00', '2027-01-04T17:30+01:00'],
		['on New Year', '2027-01-01 12:00', '2027-01-05T17:30+01:00'],
		['5 May in no lustrum', '2026-05-04 12:00', '2026-05-05T17:30+02:00'],
		['5 May 2025', '2025-05-02 12:00', '2025-05-06T17:30+02:00'],
		['Koningsdag on a Sunday is the 26th', '2025-04-25 12:00', '2025-04-28T17:30+02:00'],
	);
	is_due(site('1 working day', holidays => '"nl+goede-vrijdag+bevrijdingsdag"'),
		['Good Friday by switch', '2026-04-02 12:00', '2026-04-07T17:30+02:00'],
		['5 May by switch', '2026-05-04 12:00', '2026-05-06T17:30+02:00'],
	);
	is_due(site('1 working day', hours => '"mon-sun 08:00-17:30"'),
		['Koninginnedag of 2012', '2012-04-29 12:00', '2012-05-01T17:30+02:00'],
		['Koningsdag of 2014 on the 26th', '2014-04-25 12:00', '2014-04-27T17:30+02:00'],
	);
};

subtest 'Belgian holidays' => sub {
	is_due(site('1 working day', holidays => '"be"', hours => '"mon-sun 08:00-17:30"'),
		map { [$_->[0], "$_->[1] 12:00", "$_->[2]T17:30+0$_->[3]:00"] }
		['New Year', '2025-12-31', '2026-01-02', 1], ['Easter Monday', '2026-04-05', '2026-04-07', 2],
		['Labour Day', '2026-04-30', '2026-05-02', 2], ['Ascension', '2026-05-13', '2026-05-15', 2],
		['Whit Monday', '2026-05-24', '2026-05-26', 2], ['National Day', '2026-07-20', '2026-07-22', 2],
		['Assumption', '2026-08-14', '2026-08-16', 2], ['All Saints', '2026-10-31', '2026-11-02', 1],
		['Armistice', '2026-11-10', '2026-11-12', 1], ['Christmas', '2026-12-24', '2026-12-26', 1],
		['the day after Christmas is worked', '2026-12-25', '2026-12-27', 1],
	);
};

subtest 'one working day at the same time' => sub {
	is_due(site('1 working day', working_day => 'same-time'),
		['within hours', '2026-11-23 12:10', '2026-11-24T12:10+01:00'],
		['before opening counts as opening', '2026-11-23 06:00', '2026-11-24T08:00+01:00'],
		['at opening', '2026-11-23 08:00', '2026-11-24T08:00+01:00'],
		['at closing counts as opening of the next', '2026-11-23 17:30', '2026-11-25T08:00+01:00'],
		['after closing', '2026-11-23 22:00', '2026-11-25T08:00+01:00'],
		['Friday', '2026-11-27 16:45', '2026-11-30T16:45+01:00'],
		['weekend', '2026-11-28 12:00', '2026-12-01T08:00+01:00'],
		['over a holiday', '2026-12-24 12:00', '2026-12-28T12:00+01:00'],
	);
	is_due(site('1 working day', working_day => 'same-time',
		hours => '"mon,wed,thu 09:00-12:00,13:00-17:00", "tue,fri 09:00-15:00"'),
		['a day that closes earlier', '2026-11-23 16:00', '2026-11-24T15:00+01:00'],
		['a day that closes later', '2026-11-24 14:59', '2026-11-25T14:59+01:00'],
		['within a break its end', '2026-11-24 12:30', '2026-11-25T13:00+01:00'],
	);
};

subtest 'working hours' => sub {
	is_due(site('4 working hours'),
		['within a day', '2026-11-23 10:00', '2026-11-23T14:00+01:00'],
		['exactly until closing is that closing', '2026-11-23 13:30', '2026-11-23T17:30+01:00'],
		['over night', '2026-11-23 15:00', '2026-11-24T09:30+01:00'],
		['before opening', '2026-11-23 05:00', '2026-11-23T12:00+01:00'],
		['at closing', '2026-11-23 17:30', '2026-11-24T12:00+01:00'],
		['over a weekend', '2026-11-27 16:30', '2026-11-30T11:00+01:00'],
		['over Christmas', '2026-12-24 16:30', '2026-12-28T11:00+01:00'],
	);
	is_due(site('2 working hours', hours => '"mon-fri 09:00-12:00,13:00-17:00"'),
		['over a break', '2026-11-23 11:30', '2026-11-23T14:30+01:00'],
		['until a break', '2026-11-23 10:00', '2026-11-23T12:00+01:00'],
		['within a break', '2026-11-23 12:20', '2026-11-23T15:00+01:00'],
	);
	is_due(site('3 working hours', hours => '"mon-sun 00:00-24:00"', holidays => ''),
		['over midnight', '2026-11-23 23:00', '2026-11-24T02:00+01:00'],
		['until midnight', '2026-11-23 21:00', '2026-11-24T00:00+01:00'],
	);
};

subtest 'hours and minutes go around the clock' => sub {
	is_due(site('24 hours'), ['over Christmas', '2026-12-24 12:00', '2026-12-25T12:00+01:00'],
		['summer time ends', '2026-10-24 12:00', '2026-10-25T11:00+01:00'],
		['summer time begins', '2026-03-28 12:00', '2026-03-29T13:00+02:00']);
	is_due(site('30 minutes'), ['at night', '2026-11-28 03:45', '2026-11-28T04:15+01:00']);
};

subtest 'the clock change leaves closing time where it is' => sub {
	is_due(site('1 working day'), ['autumn', '2026-10-23 12:00', '2026-10-26T17:30+01:00'],
		['spring', '2026-03-27 12:00', '2026-03-30T17:30+02:00']);
	is_due(site('1 working day', working_day => 'same-time'),
		['autumn, same time', '2026-10-23 12:00', '2026-10-26T12:00+01:00'],
		['spring, same time', '2026-03-27 12:00', '2026-03-30T12:00+02:00']);
	# in between the clock goes back from 3:00 to 2:00, or on from 2:00 to 3:00
	is_due(site('6 working hours', hours => '"mon-sun 00:00-24:00"', holidays => ''),
		['open in the longer night', '2026-10-24 22:00', '2026-10-25T03:00+01:00'],
		['open in the shorter night', '2026-03-28 22:00', '2026-03-29T05:00+02:00']);
};

subtest 'a date has hours of its own' => sub {
	is_due(site('1 working day', hours => '"mon-fri 08:00-17:30", "2026-12-24 08:00-15:00"'),
		['until an early closing', '2026-12-23 12:00', '2026-12-24T15:00+01:00'],
		['after an early closing', '2026-12-24 15:00', '2026-12-29T17:30+01:00']);
	is_due(site('1 working day', working_day => 'same-time',
		hours => '"mon-fri 08:00-17:30", "2026-12-24 08:00-15:00"'),
		['same time on an early closing', '2026-12-23 16:00', '2026-12-24T15:00+01:00']);
};

subtest 'a season holds by the local date of receipt' => sub {
	my $cli = Loket::Cli->new(config => <<'END');
store = "sqlite:${LOKET_TEST_DIR}/loket.db"
secret = "${LOKET_TEST_DIR}/secret"
timezone = "Europe/Amsterdam"
calendar "office" { hours = { "mon-fri 09:00-17:00" } season "druk" { from = "08-15" to = "09-30" } }
desk "support" {
	addresses = { "support@acme.example" }
	calendar = "office"
	first-response = "1 working day"
	ack = "never"
	season "druk" { first-response = "3 working days" }
}
END
	is_due($cli, ['the last instant before', '2026-08-14 23:59', '2026-08-18T17:00+02:00'],
		['the first instant', '2026-08-15 00:00', '2026-08-20T17:00+02:00'],
		['the last instant', '2026-09-30 23:59', '2026-10-06T17:00+02:00'],
		['the first instant after', '2026-10-01 00:00', '2026-10-02T17:00+02:00']);
};

subtest 'a promise once told stays when the configuration changes' => sub {
	my $cli = site('1 working day');
	my $got = $cli->at('2026-11-23 12:00:00')->take(From => AN, Subject => 'x');
	my $config = Loket::Cli::bytes_of($cli->dir . '/loket.conf');
	$cli->write('loket.conf', $config =~ s/1 working day/3 working days/r);
	is $cli->ticket($got->{number})->{targets}{'first-response'}{due}, '2026-11-24T17:30:00+01:00', 'due';
	is $cli->ticket($got->{number})->{targets}{'first-response'}{target}, '1 working day', 'target';
};

done_testing;
